"""The ledger's page: narrowed by account, reference and day, and taken along as CSV."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from marketplace.tenancy.scope import scope
from merchants.models import Shop
from tests import cast

MIDNIGHT = datetime(2026, 11, 10, 16, tzinfo=UTC)  # the eleventh begins in Shanghai


@pytest.fixture
def client(sign_in: Callable[..., Client]) -> Client:
    acme = cast.acme()
    with scope(acme.id):
        Shop.objects.filter(merchant_id=acme.id).update(timezone="Asia/Shanghai")
        for key, day, amount in (("before", datetime(2026, 11, 10, 15, 59, tzinfo=UTC), 100), ("at:midnight", MIDNIGHT, 250)):
            _book(acme.id, key, day, amount)
    return sign_in(acme.owner)


def _book(merchant_id: int, key: str, at: datetime, amount: int) -> None:
    with connection.cursor() as cursor:
        accounts = []
        for code in ("refund_funding", "refunds_reserved"):
            cursor.execute("SELECT open_account(%s, %s, 'CNY', NULL)", [merchant_id, code])
            accounts.append(cursor.fetchone()[0])
        posting = "SELECT post_transfers(%s, 'price_protection.reserved', 'CNY', %s, %s, %s, %s, %s)"
        cursor.execute(posting, [merchant_id, *accounts, [key], [amount], at])


def shown(client: Client, **query: str) -> str:
    return client.get(reverse("ledger:home"), query).content.decode().split('id="transfers"')[1]


@pytest.mark.django_db(transaction=True)
def test_a_day_begins_at_midnight_of_the_shop(client: Client) -> None:
    assert "at:midnight" in shown(client, since="2026-11-11")
    assert "before" not in shown(client, since="2026-11-11")
    assert "before" in shown(client, until="2026-11-10")
    assert "at:midnight" not in shown(client, until="2026-11-10")


@pytest.mark.django_db(transaction=True)
def test_it_is_narrowed_by_reference_and_by_account(client: Client) -> None:
    assert "before" not in shown(client, q="at:")
    assert "at:midnight" in shown(client, account="refunds_reserved")
    assert "Clear the filters" in shown(client, q="nothing")
    assert "Select a valid choice" in client.get(reverse("ledger:home"), {"account": "wallet"}).content.decode()


@pytest.mark.django_db(transaction=True)
def test_it_is_taken_along_as_it_is_shown(client: Client) -> None:
    found = b"".join(client.get(reverse("ledger:export"), {"since": "2026-11-11"}).streaming_content).decode("utf-8-sig")
    lines = found.splitlines()
    assert len(lines) == 2
    assert lines[1].endswith("at:midnight,2.50,CNY")
    assert "2026" in lines[1] and "00:00" in lines[1]
