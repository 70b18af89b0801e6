"""A new key for buyers' contacts: found and readable before, during and after the rotation."""

from pathlib import Path
from typing import Any

import pytest

from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from orders.store import rotation
from orders.store.directory import addresses, buyers_with
from orders.store.models import Buyer
from tests import cast
from tests.engine import doors

pytestmark = pytest.mark.django_db(transaction=True)

BUYERS = 7


@pytest.fixture
def acme(tmp_path: Path, settings: Any) -> cast.Merchant:
    settings.CONTACT_KEYS = ["old"]
    acme = cast.acme()
    row = {"sku": "A", "quantity": 1, "list_unit_price": 9, "placed_at": "2026-03-01"}
    rows = [
        {
            **row,
            "order_ref": n,
            "buyer_ref": n,
            "email": f"b{n}@example.com" if n % 3 else "",
            "phone": f"1380013800{n}" if n % 2 else "",
        }
        for n in range(1, BUYERS + 1)
    ]
    doors.import_orders(acme, doors.table_file(tmp_path / "orders.csv", rows), "csv")
    return acme


def assert_reached(acme: cast.Merchant) -> None:
    with scope(acme.id):
        ids = dict(Buyer.objects.filter(merchant_id=acme.id).values_list("external_ref", "pk"))
        mails, phones = addresses(acme.id, "email", ids.values()), addresses(acme.id, "sms", ids.values())
        for n in range(1, BUYERS + 1):
            pk = ids[str(n)]
            assert (mails[pk].to, phones[pk].to) == (f"b{n}@example.com" if n % 3 else "", f"1380013800{n}" if n % 2 else "")
            assert buyers_with(acme.id, "email", [f"B{n}@example.com"]) == ([pk] if n % 3 else [])
            assert buyers_with(acme.id, "sms", [f"1380013800{n}"]) == ([pk] if n % 2 else [])


def rotated() -> dict[str, Any]:
    return {name: count for name, count in doors.command("rotate_contact_keys").items() if name != "merchants"}


def test_contacts_are_found_before_during_and_after(acme: cast.Merchant, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotation, "BATCH", 2)
    settings.CONTACT_KEYS = ["new", "old"]
    assert_reached(acme)
    rotation._rotate_batch(acme.id, 0)  # and then the power went
    assert_reached(acme)
    assert rotated() == {"rotated": 4, "current": 2, "unreadable": 0}
    assert rotated() == {"rotated": 0, "current": 6, "unreadable": 0}
    settings.CONTACT_KEYS = ["new"]
    assert_reached(acme)
    with scope(acme.id):
        said = doors.rows(acme, "SELECT action FROM audit_auditevent WHERE action = 'store.contacts.rotated'")
    assert len(said) == 2


def test_what_no_key_opens_is_counted_and_left(acme: cast.Merchant, settings: Any) -> None:
    settings.CONTACT_KEYS = ["another"]
    assert rotated() == {"rotated": 0, "current": 0, "unreadable": 6}
    settings.CONTACT_KEYS = ["old"]
    assert_reached(acme)


def test_control_without_the_rotation_the_old_key_cannot_go(acme: cast.Merchant, settings: Any) -> None:
    settings.CONTACT_KEYS = ["new"]
    with pytest.raises(AssertionError):
        assert_reached(acme)


def test_other_merchants_are_not_touched(acme: cast.Merchant, settings: Any) -> None:
    settings.CONTACT_KEYS = ["new", "old"]
    assert rotation.rotate_contact_keys(merchant_id=cast.other().id, by=CLI) == rotation.Rotated()
    assert rotated()["rotated"] == 6
