"""The nightly check of the books: once a night, findings wait in staff's inbox until they are gone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from marketplace.accounts.operations import ensure_user
from orders.escrow import nightly
from orders.escrow.models import BooksFinding, BooksRun
from tests import cast
from tests.orders.escrow.stage import Stage

pytestmark = pytest.mark.django_db(transaction=True)
#: Four in the morning in Shanghai.
NIGHT = datetime(2026, 3, 9, 20, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def stage() -> Stage:
    made = Stage()
    made.hold(40_000)
    made.release(9_999, key="r:1")
    return made


def falsify(by: int) -> None:
    """As the owner of the tables: neither role of the application could."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE escrow_hold SET amount = amount + %s", [by])
        cursor.execute("ALTER TABLE ledger_ledgeraccount DISABLE TRIGGER USER")
        cursor.execute("UPDATE ledger_ledgeraccount SET balance = balance + %s WHERE code = 'wallet'", [by])
        cursor.execute("ALTER TABLE ledger_ledgeraccount ENABLE TRIGGER USER")


def findings() -> list[BooksFinding]:
    return list(BooksFinding.objects.using("system").filter(gone_at__isnull=True).order_by("check_name", "id"))


def inbox() -> str:
    staff = ensure_user(email="ann@staff.example", password=cast.PASSWORD, name="Ann", is_staff=True)
    staff.is_superuser = True
    staff.save()
    client = Client(headers={"accept-language": "en"})
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    return client.get(reverse("admin:index")).content.decode()


def test_sound_books_are_checked_once_a_night_and_leave_nothing(stage: Stage) -> None:
    assert nightly.check_books(at=NIGHT - timedelta(hours=2)) == 0
    assert not BooksRun.objects.using("system").exists(), "it is not three yet"
    for _again in range(2):
        assert nightly.check_books(at=NIGHT) == 0
    assert [row.findings for row in BooksRun.objects.using("system").all()] == [0, 0]
    nightly.check_books(at=NIGHT + DAY)
    assert BooksRun.objects.using("system").count() == 4


def test_what_does_not_add_up_waits_in_the_inbox_until_it_is_gone(stage: Stage) -> None:
    falsify(7)
    assert nightly.check_books(at=NIGHT) >= 2
    found = findings()
    assert {row.check_name for row in found} == {"ledger", "escrow"}
    assert any("wallet" in row.text for row in found)
    page = inbox()
    assert all(reverse("admin:escrow_booksfinding_change", args=[row.pk]) in page for row in found)
    assert nightly.check_books(at=NIGHT) == 0, "this night was checked"
    nightly.check_books(at=NIGHT + DAY)
    assert [(row.pk, row.found_at, row.seen_at) for row in findings()] == [(row.pk, NIGHT, NIGHT + DAY) for row in found]
    falsify(-7)
    nightly.check_books(at=NIGHT + 2 * DAY)
    assert findings() == []
    assert "The books do not add up" not in inbox()


def test_a_check_that_was_killed_is_done_again(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(*_args: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as killed:
        killed.setattr(nightly, "_keep", die)
        with pytest.raises(SystemExit):
            nightly.check_books(at=NIGHT)
    assert not BooksRun.objects.using("system").exists()
    nightly.check_books(at=NIGHT)
    assert BooksRun.objects.using("system").count() == 2
