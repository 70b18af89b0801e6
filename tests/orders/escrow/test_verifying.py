"""Recalculating from the ledger alone gives the stored figures; whatever is falsified is named."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from orders.escrow import operations as escrow
from orders.escrow.verifying import verify
from tests.orders.escrow.stage import LATER, Stage, rule

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stage() -> Stage:
    rule(
        service_rate=777,
        service_min=300,
        service_max=5_000,
        payment_rate=60,
        fixed_minor=250,
        currency="CNY",
        on_refund="keep_fixed",
    )
    made = Stage()
    made.hold(40_000)
    made.act("roll", hold_key="milestone:1", to_hold_key="milestone:2", amount=10_000)
    for number, amount in enumerate((1, 333, 9_999)):
        made.release(amount, key=f"r:{number}")
    made.release(5_000, key="second:service", hold_key="milestone:2")
    made.refund(1_001)
    escrow.mature(as_of=LATER)
    made.release(2_000, key="late", at=LATER)
    for key, release_key, amount in (("v1", "r:2", 3_333), ("v2", "r:2", 1), ("v3", "r:2", 6_665), ("v4", "late", 1_999)):
        made.reverse(amount, key=key, release_key=release_key, at=LATER)
    return made


def test_everything_agrees(stage: Stage) -> None:
    found = verify()
    assert found["differences"] == []
    assert (found["deals"], found["releases"]) == (1, 5)
    market = stage.books["market"]
    assert found["commission"] == {"CNY": market["commission"] + market["payment_fees"]}
    out = StringIO()
    call_command("verify_escrow", "--json", stdout=out)
    assert json.loads(out.getvalue()) == found


FALSIFIED = {
    "a release's fee": "UPDATE escrow_release SET fee = fee + 1, net = net - 1 WHERE key = 'r:2'",
    "a release's lines": """UPDATE escrow_release SET lines = jsonb_set(lines, '{1,amount}', '0') WHERE key = 'r:2'""",
    "what was released before": "UPDATE escrow_release SET before = before + 1 WHERE key = 'late'",
    "a hold's amount": "UPDATE escrow_hold SET amount = amount + 1 WHERE key = 'milestone:2'",
    "a hold's parts": "UPDATE escrow_hold SET refunded = refunded - 1 WHERE key = 'milestone:1'",
    "a refund": "UPDATE escrow_refund SET amount = amount + 1",
    "a move": "UPDATE escrow_roll SET amount = amount - 1",
    "a reversal": "UPDATE escrow_reversal SET amount = amount + 1, from_pending = from_pending + 1 WHERE key = 'v4'",
    "what a reversal gave back": "UPDATE escrow_reversal SET fee_back = fee_back + 1 WHERE key = 'v1'",
    "what was taken back": "UPDATE escrow_release SET reversed = reversed - 1 WHERE key = 'late'",
    "what is pending": "UPDATE escrow_release SET pending = pending + 1 WHERE key = 'late'",
    "a frozen rate": "UPDATE escrow_feeline SET rate = rate + 1 WHERE component = 'service'",
    "a deal's total": "UPDATE escrow_deal SET released = released + 1",
    "a lost release": "DELETE FROM escrow_reversal; DELETE FROM escrow_release WHERE key = 'late'",
}


@pytest.mark.parametrize("what", FALSIFIED)
def test_it_names_what_is_off(what: str, stage: Stage) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(FALSIFIED[what])
        assert cursor.rowcount >= 1
    with pytest.raises(CommandError, match=r"deal|organization"):
        call_command("verify_escrow", stdout=StringIO())
