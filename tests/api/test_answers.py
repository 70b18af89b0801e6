"""Answers to repeated requests are kept for two weeks, whoever asked."""

from datetime import UTC, datetime, timedelta

import pytest

from marketplace.api import operations
from marketplace.api.models import IdempotentAnswer
from marketplace.tenancy.scope import scope
from tests import cast

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)


def answer(merchant: cast.Merchant, key: str, age: timedelta) -> None:
    with scope(merchant.id):
        IdempotentAnswer.objects.create(
            merchant_id=merchant.id, key=key, request_digest="d", status=200, body={}, lease_until=NOW, created_at=NOW - age
        )


def kept(merchant: cast.Merchant) -> list[str]:
    with scope(merchant.id):
        return sorted(IdempotentAnswer.objects.filter(merchant_id=merchant.id).values_list("key", flat=True))


def test_old_answers_of_every_tenant_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    acme, other = cast.acme(), cast.other()
    for merchant in (acme, other):
        for days in (1, 13, 15, 16, 400):
            answer(merchant, f"k{days}", timedelta(days=days))
    monkeypatch.setattr(operations, "FORGET_CHUNK", 4)
    assert operations.forget_answers(at=NOW) == 6
    assert kept(acme) == kept(other) == ["k1", "k13"]
    assert operations.forget_answers(at=NOW) == 0
