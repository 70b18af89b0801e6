"""Comparing the books once a day, and what people say about the differences.

The gateway is asked outside any transaction, a batch at a time; the comparison itself is one statement. Running it twice adds
nothing: a case is unique per kind and subject.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError, connection
from django.utils.translation import gettext as _

from aftersales.guards.holds.operations import AlreadyDecided
from aftersales.guards.models import CaseNote, ReconciliationCase, ReconciliationRun
from aftersales.guards.queries import zone_of
from aftersales.guards.reconciliation.queries import access_case, access_run
from aftersales.payouts.gateway import Answer, Gateway, GatewayTimeout
from aftersales.payouts.operations import gateway_of
from marketplace.audit.operations import record
from marketplace.kernel.errors import UserError
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope

COMPARE = "\n".join(
    line for line in Path(__file__).with_name("compare.sql").read_text().splitlines() if not line.lstrip().startswith("--")
)
BATCH = 1_000
#: How far back settled payouts are compared again; open cases always are.
HORIZON = timedelta(days=90)
STUCK = timedelta(hours=24)
PAGE = """
SELECT p.id, p.request_id FROM aftersales_payout p
WHERE p.merchant_id = %s AND p.id > %s AND (p.settled_at >= %s OR p.state NOT IN ('paid', 'failed')
  OR p.id IN (SELECT k.payout_id FROM guards_reconciliationcase k WHERE k.merchant_id = %s AND k.state <> 'resolved'))
ORDER BY p.id LIMIT %s
"""
TABLE = "CREATE TEMP TABLE gateway_answer (request_id text PRIMARY KEY, result text NOT NULL, amount bigint, currency text)"
KEEP = """
INSERT INTO gateway_answer SELECT * FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::text[]) ON CONFLICT DO NOTHING
"""


class GatewaySilent(UserError):
    """The gateway did not answer; nothing was compared."""


def open_run(*, merchant_id: int, by: Actor, at: datetime) -> ReconciliationRun:
    """A comparison somebody asked for; a worker carries it out."""
    with scope(merchant_id, durable=True):
        return ReconciliationRun.objects.create(merchant_id=merchant_id, started_at=at, created_by=by.label)


def open_daily_run(*, merchant_id: int, by: Actor, at: datetime) -> ReconciliationRun | None:
    """Today's comparison of a merchant, once per local day; None when it exists."""
    try:
        with scope(merchant_id, durable=True):
            slot = at.astimezone(ZoneInfo(zone_of(merchant_id))).date().isoformat()
            if ReconciliationRun.objects.filter(merchant_id=merchant_id, slot=slot).exists():
                return None
            return ReconciliationRun.objects.create(merchant_id=merchant_id, slot=slot, started_at=at, created_by=by.label)
    except IntegrityError:
        return None  # the other beat was faster


def reconcile(*, merchant_id: int, by: Actor, at: datetime, gateway: Gateway | None = None) -> dict[str, int]:
    """Compare the four books now. Returns how many differences there are, how many are new, and how many are gone.

    Raises GatewaySilent.
    """
    chosen = gateway or gateway_of(merchant_id)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.gateway_answer")
        cursor.execute(TABLE)
        for answers in _answers(merchant_id, chosen, at - HORIZON):
            rows = [(a.request_id, a.result.value, a.amount, a.currency) for a in answers]
            cursor.execute(KEEP, [list(column) for column in zip(*rows, strict=True)])
    values: dict[str, Any] = {
        "merchant": merchant_id,
        "at": at,
        "since": at - HORIZON,
        "stuck_before": at - STUCK,
        "by": by.label,
    }
    with scope(merchant_id, durable=True), connection.cursor() as cursor:
        cursor.execute(COMPARE, values)
        counts = dict(zip(("differences", "new", "gone", "payouts"), cursor.fetchone(), strict=True))
        cursor.execute("DROP TABLE pg_temp.gateway_answer")
        record(merchant_id=merchant_id, by=by, action="guards.books.compared", facts=counts)
    return counts


def run_daily(*, merchant_id: int, comparison_id: int, by: Actor, at: datetime) -> None:
    """Carry out an opened comparison; with a silent gateway it stays open for the next sweep. Raises NotFound, GatewaySilent."""
    with scope(merchant_id):
        if access_run(merchant_id=merchant_id, pk=comparison_id).finished_at is not None:
            return
    counts = reconcile(merchant_id=merchant_id, by=by, at=at)
    with scope(merchant_id, durable=True):
        ReconciliationRun.objects.filter(merchant_id=merchant_id, pk=comparison_id).update(counts=counts, finished_at=at)


def _answers(merchant_id: int, gateway: Gateway, since: datetime) -> Iterator[list[Answer]]:
    after = 0
    while True:
        with scope(merchant_id), connection.cursor() as cursor:
            cursor.execute(PAGE, [merchant_id, after, since, merchant_id, BATCH])
            found = cursor.fetchall()
        if not found:
            return
        after = found[-1][0]
        try:
            yield gateway.lookup([request_id for _pk, request_id in found])
        except GatewayTimeout as error:
            raise GatewaySilent(_("The gateway does not answer; try again later.")) from error


def settle_case(*, merchant_id: int, case_id: int, state: str, note: str, by: Actor, at: datetime) -> ReconciliationCase:
    """Comment on a case and, with another `state`, explain or resolve it. Raises NotFound and AlreadyDecided.

    An explained case stays on the list while the books differ; one that is resolved by hand is opened again by the next
    comparison if the difference is still there.
    """
    with scope(merchant_id, durable=True):
        access_case(merchant_id=merchant_id, pk=case_id)
        found = ReconciliationCase.objects.select_for_update().get(merchant_id=merchant_id, pk=case_id)
        if state and found.state == ReconciliationCase.State.RESOLVED:
            raise AlreadyDecided(_("This case is resolved already."))
        if note:
            CaseNote.objects.create(merchant_id=merchant_id, case=found, text=note, created_by=by.label, created_at=at)
        if state:
            found.state = state
            found.closed_at, found.closed_by = (at, by.label) if state == ReconciliationCase.State.RESOLVED else (None, "")
            found.save(update_fields=["state", "closed_at", "closed_by"])
            facts = {"case": case_id, "kind": found.kind, "subject": found.subject, "note": note}
            record(merchant_id=merchant_id, by=by, action=f"guards.case.{state}", facts=facts)
        return found
