"""Staff looking as somebody else: reading only, without money or secrets, for a reason, for half an hour, on record."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from marketplace.accounts.models import Viewing
from marketplace.accounts.operations import add_member, end_viewing, ensure_user, start_viewing
from marketplace.accounts.policies import VIEWING_FOR
from marketplace.accounts.viewing import VISIBLE
from marketplace.kernel.errors import NotAllowed, NotFound, UserError
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from marketplace.ui.formats import COVERED
from tests import cast
from tests.accounts.conftest import PASSWORD, signed_in
from tests.engine import doors
from tests.engine.doors import rows
from tests.tenancy.access import ADDRESSES
from tests.tenancy.world import documents, fingerprint

pytestmark = pytest.mark.django_db(transaction=True)
REASON = "The owner cannot find an order"


@pytest.fixture
def acme() -> cast.Merchant:
    return cast.acme()


def support() -> Any:
    return ensure_user(email="support@staff.example", password=PASSWORD, name="Support", is_staff=True)


def look(acme: cast.Merchant, reason: str = REASON, staff: Any = None) -> Client:
    client = signed_in(staff or support())
    found = client.post(f"/admin/accounts/user/{acme.owner.pk}/look/", {"organization": acme.id, "reason": reason})
    assert (found.status_code, found.headers.get("Location")) == (302, "/console/"), found.content.decode()[:2000]
    return client


def test_staff_see_the_console_as_the_person_does_with_a_banner_on_every_page(acme: cast.Merchant) -> None:
    client = look(acme)
    for page in ("/dashboard/", "/orders/", "/settings/members/", "/"):
        text = client.get(page).content.decode()
        assert "Looking as Owner of acme" in text and "Stop looking" in text, page
    assert "acme" in client.get("/orders/").content.decode()


def test_nothing_can_be_written_while_looking(acme: cast.Merchant) -> None:
    client, before = look(acme), fingerprint(acme.id)
    for name, address in ADDRESSES.items():
        if "POST" in address.rights and not address.names:
            from django.urls import reverse

            assert client.post(reverse(name)).status_code == 403, name
    for page in ("/i18n/setlang/", "/accounts/password/change/", "/settings/account/", "/admin/", "/accounts/2fa/totp/activate/"):
        assert client.post(page).status_code == 403, page
    assert fingerprint(acme.id) == before


def test_money_secrets_documents_and_the_persons_own_affairs_stay_closed(acme: cast.Merchant) -> None:
    client = look(acme)
    closed = [
        "/ledger/", "/settings/keys/", "/settings/account/", "/accounts/2fa/", "/accounts/email/", "/guards/holds/",
        "/orders/export/", "/settings/members/export/", "/admin/", "/messages/export/", "/programs/price-protection/preview/",
    ]  # fmt: skip
    assert {page: client.get(page).status_code for page in closed} == dict.fromkeys(closed, 403)
    hidden = {"view_money", "manage_keys", "export", "onboard", "view_earnings", "approve", "manage_security"}
    assert not {str(right) for right in VISIBLE} & hidden


def test_amounts_are_covered_while_looking(acme: cast.Merchant, tmp_path: Path) -> None:
    doors.import_orders(acme, doors.orders_file(tmp_path, documents("ACME"), "jsonl"), "jsonl")
    staff = look(acme).get("/orders/").content.decode()
    owner = signed_in(acme.owner).get("/orders/").content.decode()
    assert "ACME-1001" in staff and "ACME-1001" in owner
    assert ("£200.00" in staff, COVERED in staff) == (False, True)
    assert ("£200.00" in owner, COVERED in owner) == (True, False)


def test_pages_are_read_in_a_transaction_that_cannot_write(acme: cast.Merchant, monkeypatch: pytest.MonkeyPatch) -> None:
    from orders.store.web import orders

    seen = []
    real = orders.TemplateResponse

    def spy(*args: Any, **kwargs: Any) -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SHOW transaction_read_only")
            seen.append(cursor.fetchone()[0])
        return real(*args, **kwargs)

    monkeypatch.setattr(orders, "TemplateResponse", spy)
    look(acme).get("/orders/")
    assert seen == ["on"]


def test_it_ends_by_hand_and_by_itself_and_both_are_on_record(acme: cast.Merchant) -> None:
    client = look(acme)
    assert client.post("/viewing/end/").url == "/admin/"
    assert "Looking as" not in client.get("/").content.decode()
    client = look(acme)
    with scope(acme.id):
        Viewing.objects.filter(ended_at__isnull=True).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get("/orders/").status_code == 403
    assert "Looking as" not in client.get("/").content.decode()
    read = "SELECT action, facts ->> 'reason', facts ->> 'ran_out' FROM audit_auditevent WHERE action LIKE %s ORDER BY id"
    found = rows(acme, read, "accounts.viewing.%")
    assert found == [
        ("accounts.viewing.started", REASON, None),
        ("accounts.viewing.ended", None, "false"),
        ("accounts.viewing.started", REASON, None),
        ("accounts.viewing.ended", None, "true"),
    ]


def test_the_owners_are_told_who_looks_and_why(acme: cast.Merchant) -> None:
    look(acme)
    found = rows(acme, "SELECT data #>> '{facts,reason}' FROM outbox_message WHERE kind = %s", "accounts.viewing.started")
    assert found == [(REASON,), (REASON,)], "the bell and one letter"


def test_only_staff_look_and_only_at_members_who_are_not_staff(acme: cast.Merchant) -> None:
    other, staff, at = cast.other(), support(), timezone.now()
    colleague = ensure_user(email="colleague@staff.example", password=PASSWORD, is_staff=True)
    add_member(organization_id=acme.id, user=colleague, role="viewer", may_export=False, by=CLI)
    common: dict[str, Any] = {"organization_id": acme.id, "at": at}
    with pytest.raises(NotAllowed):
        start_viewing(staff=other.owner, user_id=acme.owner.pk, reason=REASON, **common)
    with pytest.raises(NotAllowed):
        start_viewing(staff=staff, user_id=colleague.pk, reason=REASON, **common)
    with pytest.raises(NotFound):
        start_viewing(staff=staff, user_id=other.owner.pk, reason=REASON, **common)
    with pytest.raises(UserError):
        start_viewing(staff=staff, user_id=acme.owner.pk, reason="  because ", **common)
    assert signed_in(other.owner).get(f"/admin/accounts/user/{acme.owner.pk}/look/").status_code in (302, 403)


def test_a_session_that_names_somebody_elses_look_gains_nothing(acme: cast.Merchant) -> None:
    viewing = start_viewing(staff=support(), organization_id=acme.id, user_id=acme.owner.pk, reason=REASON, at=timezone.now())
    for person in (cast.other().owner, ensure_user(email="two@staff.example", password=PASSWORD, is_staff=True)):
        client = signed_in(person)
        session = client.session
        session["viewing"] = [acme.id, viewing.pk]
        session.save()
        assert "Looking as" not in client.get("/").content.decode()
        assert client.get("/orders/").status_code in (200, 403)


def test_who_is_no_longer_staff_or_whose_member_left_sees_nothing_more(acme: cast.Merchant) -> None:
    staff = support()
    client = look(acme, staff=staff)
    staff.is_staff = staff.is_superuser = False
    staff.save()
    assert client.get("/orders/").status_code == 403


def test_the_reason_is_required_on_the_page(acme: cast.Merchant) -> None:
    client = signed_in(support())
    url = f"/admin/accounts/user/{acme.owner.pk}/look/"
    assert client.get(url).status_code == 200
    found = client.post(url, {"organization": acme.id, "reason": "short"})
    assert "at least ten characters" in found.content.decode()
    with scope(acme.id):
        assert not Viewing.objects.exists()


def test_it_lasts_half_an_hour_and_ending_twice_changes_nothing(acme: cast.Merchant) -> None:
    at = timezone.now()
    made = start_viewing(staff=support(), organization_id=acme.id, user_id=acme.owner.pk, reason=REASON, at=at)
    assert made.expires_at - made.started_at == VIEWING_FOR == timedelta(minutes=30)
    for later in (5, 10):
        end_viewing(organization_id=acme.id, viewing_id=made.pk, at=at + timedelta(minutes=later))
    with scope(acme.id):
        assert Viewing.objects.get().ended_at == at + timedelta(minutes=5)


ADMIN_PAGES = ("user", "organization", "membership", "invitation", "signup", "viewing")


@pytest.mark.parametrize("name", ADMIN_PAGES)
def test_the_administration_lists_and_opens_accounts(acme: cast.Merchant, name: str) -> None:
    from tests.tenancy.fills import accounts

    accounts.fill(acme)
    client = signed_in(support())
    page = client.get(f"/admin/accounts/{name}/?q=acme").content.decode()
    rows_shown = re.findall(rf'href="(/admin/accounts/{name}/\d+/change/[^"]*)"', page)
    assert rows_shown or name == "signup"
    if rows_shown:
        text = client.get(rows_shown[0].replace("&amp;", "&")).content.decode()
        assert "token_hash" not in text and "nonce" not in text and "{&quot;" not in text


def test_the_administration_has_no_page_for_secrets_of_people(acme: cast.Merchant) -> None:
    from allauth.mfa.models import Authenticator
    from allauth.usersessions.models import UserSession
    from django.contrib import admin

    assert not {Authenticator, UserSession} & set(admin.site._registry)
    client = signed_in(support())
    for page in ("mfa/authenticator/", "usersessions/usersession/"):
        assert client.get(f"/admin/{page}").status_code == 404
