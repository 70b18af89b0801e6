"""The books compared: every difference is one case, with an age, that closes itself when the books agree again."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import connections, transaction
from django.utils import timezone

from aftersales.guards.holds.operations import AlreadyDecided
from aftersales.guards.models import CaseNote, ReconciliationCase
from aftersales.guards.reconciliation.operations import GatewaySilent, open_daily_run, reconcile, run_daily, settle_case
from aftersales.guards.reconciliation.queries import unsettled_by_age
from aftersales.payouts.gateway import Answer, GatewayTimeout
from marketplace.kernel.errors import NotFound
from marketplace.tenancy.actor import BEAT, CLI
from marketplace.tenancy.scope import scope
from tests import cast
from tests.engine import market
from tests.engine.doors import one, run_program

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def acme(tmp_path: Path) -> cast.Merchant:
    """Four orders, each paid 6.00 back."""
    merchant = cast.acme()
    market.fallen_prices(tmp_path, merchant, 4)
    run_program(merchant, market.AS_OF)
    return merchant


def tamper(statement: str, *values: object) -> None:
    """Change history as only the owner of the schema can, with the append-only triggers out of the way."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        for table in ("ledger_ledgertransfer", "ledger_ledgerentry"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement, values)
        for table in ("ledger_ledgertransfer", "ledger_ledgerentry"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def compare(merchant: cast.Merchant, *, days: int = 0, gateway: object = None) -> tuple[int, int, int]:
    """(differences, new, gone) of a comparison so many days from now."""
    at = timezone.now() + timedelta(days=days)
    found = reconcile(merchant_id=merchant.id, by=BEAT, at=at, gateway=gateway)  # type: ignore[arg-type]
    return found["differences"], found["new"], found["gone"]


def cases(merchant: cast.Merchant) -> list[tuple[str, int | None, int | None, str]]:
    with scope(merchant.id):
        found = ReconciliationCase.objects.filter(merchant_id=merchant.id).order_by("kind")
        return list(found.values_list("kind", "left_amount", "right_amount", "state"))


def first(merchant: cast.Merchant) -> str:
    return one(merchant, "SELECT min(request_id) FROM aftersales_payout")


def test_books_that_agree_give_no_case(acme: cast.Merchant) -> None:
    assert compare(acme) == (0, 0, 0)
    assert cases(acme) == []


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE ledger_ledgertransfer SET key = 'lost' WHERE key = 'payout:' || %s || ':paid'", ("not_booked", 600, None)),
        (
            "UPDATE ledger_ledgerentry e SET amount = e.amount * 2 FROM ledger_ledgertransfer t"
            " WHERE t.id = e.transfer_id AND t.key = 'payout:' || %s || ':paid'",
            ("ledger_amount", 600, 1_200),
        ),
        ("DELETE FROM aftersales_sandboxpayment WHERE request_id = %s", ("gateway_missing", 600, None)),
        ("UPDATE aftersales_sandboxpayment SET amount = 599 WHERE request_id = %s", ("gateway_amount", 600, 599)),
        (
            "UPDATE store_shoporder SET refunded_amount = 4500 WHERE external_ref = 'R000000' AND %s <> ''",
            ("over_refunded", 5_000, 5_100),
        ),
    ],
)
def test_every_difference_is_one_case(acme: cast.Merchant, statement: str, expected: tuple[object, ...]) -> None:
    tamper(statement, first(acme))
    assert compare(acme) == (1, 1, 0)
    assert compare(acme) == (1, 0, 0)
    assert cases(acme) == [(*expected, "open")]


def test_what_the_gateway_paid_although_we_say_it_failed(acme: cast.Merchant) -> None:
    tamper("UPDATE aftersales_payout SET state = 'failed' WHERE request_id = %s", first(acme))
    tamper("UPDATE ledger_ledgertransfer SET key = 'lost' WHERE key = 'payout:' || %s || ':paid'", first(acme))
    compare(acme)
    assert cases(acme) == [("gateway_extra", None, 600, "open")]


def test_a_payout_that_stays_on_its_way_is_a_case_until_it_arrives(acme: cast.Merchant) -> None:
    tamper("UPDATE aftersales_payout SET state = 'unknown', settled_at = NULL WHERE request_id = %s", first(acme))
    tamper("UPDATE ledger_ledgertransfer SET key = 'lost' WHERE key = 'payout:' || %s || ':paid'", first(acme))
    assert compare(acme) == (0, 0, 0)
    assert compare(acme, days=2) == (1, 1, 0)
    assert cases(acme) == [("stuck", 600, None, "open")]
    tamper("UPDATE aftersales_payout SET state = 'paid', settled_at = now() WHERE request_id = %s", first(acme))
    tamper("UPDATE ledger_ledgertransfer SET key = 'payout:' || %s || ':paid' WHERE key = 'lost'", first(acme))
    assert compare(acme, days=2) == (0, 0, 1)
    assert cases(acme) == [("stuck", 600, None, "resolved")]


def test_a_case_that_comes_back_is_opened_again_and_keeps_its_story(acme: cast.Merchant) -> None:
    name = first(acme)
    for amount in (599, 600, 598):
        tamper("UPDATE aftersales_sandboxpayment SET amount = %s WHERE request_id = %s", amount, name)
        compare(acme)
    assert cases(acme) == [("gateway_amount", 600, 598, "open")]
    with scope(acme.id):
        assert list(CaseNote.objects.order_by("id").values_list("text", flat=True)) == ["FOUND", "GONE", "FOUND"]


def settle(merchant: cast.Merchant, case: int, state: str, note: str = "") -> ReconciliationCase:
    return settle_case(merchant_id=merchant.id, case_id=case, state=state, note=note, by=CLI, at=timezone.now())


def test_explained_stays_and_resolved_by_hand_is_opened_again_while_the_books_differ(acme: cast.Merchant) -> None:
    tamper("UPDATE aftersales_sandboxpayment SET amount = 599 WHERE request_id = %s", first(acme))
    compare(acme)
    case = one(acme, "SELECT id FROM guards_reconciliationcase")
    settle(acme, case, "explained", "a fee")
    compare(acme)
    assert cases(acme)[0][-1] == "explained"
    settle(acme, case, "resolved")
    with pytest.raises(AlreadyDecided):
        settle(acme, case, "resolved")
    assert compare(acme) == (1, 1, 0)
    assert cases(acme)[0][-1] == "open"
    with pytest.raises(NotFound):
        settle(cast.other(), case, "resolved")


def test_cases_are_counted_by_age(acme: cast.Merchant) -> None:
    tamper("UPDATE aftersales_sandboxpayment SET amount = 599")
    compare(acme)
    now = timezone.now()

    def ages(days: float) -> list[int]:
        with scope(acme.id):
            return unsettled_by_age(acme.id, now + timedelta(days=days))

    assert [ages(0.5), ages(1.5), ages(7.5), ages(31)] == [[4, 0, 0, 0], [0, 4, 0, 0], [0, 0, 4, 0], [0, 0, 0, 4]]


def test_a_silent_gateway_compares_nothing(acme: cast.Merchant) -> None:
    class Silent:
        def lookup(self, request_ids: Sequence[str]) -> list[Answer]:
            raise GatewayTimeout("nobody there")

    with pytest.raises(GatewaySilent):
        compare(acme, gateway=Silent())
    assert compare(acme) == (0, 0, 0)


def test_two_beats_open_one_comparison_a_day(acme: cast.Merchant) -> None:
    at = timezone.now()

    def opened(moment: datetime) -> object:
        return open_daily_run(merchant_id=acme.id, by=BEAT, at=moment)

    found = market.at_once(lambda: opened(at), lambda: opened(at))
    market.all_fine(found)
    assert sorted(run is None for run in found) == [False, True]
    run = next(run for run in found if run is not None)
    run_daily(merchant_id=acme.id, comparison_id=run.pk, by=BEAT, at=at)
    assert one(acme, "SELECT counts ->> 'payouts' FROM guards_reconciliationrun") == "4"
    assert opened(at + timedelta(days=1)) is not None


def test_the_number_of_statements_does_not_grow(acme: cast.Merchant, django_assert_max_num_queries: object) -> None:
    tamper("UPDATE aftersales_sandboxpayment SET amount = 599")
    with django_assert_max_num_queries(30):  # type: ignore[operator]
        assert compare(acme) == (4, 4, 0)
