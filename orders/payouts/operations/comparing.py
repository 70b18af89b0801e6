"""The ledger against the records of what payment companies and the bank did: every transfer has its record, or there is a case.

Set-based, as the system role. A case that is not seen any more resolves itself; one that a person explained stays explained.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import connections, transaction
from django.utils.translation import gettext as _

from marketplace.kernel.errors import NotFound, UserError
from marketplace.tenancy.actor import Actor
from orders.payouts.models import BookCase

#: What should be in the ledger by the records, beside what is in it: (organization, key, currency, amount).
DIFFERENCES = """
WITH recorded AS (
  SELECT provider_id AS organization_id, 'payout:' || id || ':' || step AS key, currency, amount
  FROM payouts_payout CROSS JOIN LATERAL (VALUES
    ('sent', true), ('paid', state = 'paid' OR bounced_at IS NOT NULL), ('bounced', bounced_at IS NOT NULL),
    ('failed', state IN ('failed', 'cancelled') AND bounced_at IS NULL)) AS s (step, is_done)
  WHERE s.is_done
  UNION ALL
  SELECT merchant_id, 'wallet:' || %(pay_in)s || id, currency, coalesce(paid_amount, amount)
  FROM payments_payin WHERE state = 'succeeded'
  UNION ALL
  SELECT merchant_id, 'wallet:pay_back:' || id, currency, amount FROM payments_payback
  UNION ALL
  SELECT merchant_id, 'wallet:pay_back:' || id || ':failed', currency, amount FROM payments_payback WHERE state = 'failed'),
booked AS (
  SELECT merchant_id AS organization_id, key, currency, amount FROM ledger_ledgertransfer
  WHERE kind LIKE 'payout.%%' OR key LIKE 'wallet:pay\\_back:%%' OR key LIKE 'wallet:' || %(like)s || '%%')
SELECT coalesce(r.organization_id, b.organization_id), coalesce(r.key, b.key), coalesce(r.currency, b.currency), b.amount,
  r.amount
FROM recorded r FULL JOIN booked b ON (b.organization_id, b.key, b.currency) = (r.organization_id, r.key, r.currency)
WHERE b.amount IS DISTINCT FROM r.amount ORDER BY 1, 2
"""
#: A case that had gone, or was explained with other amounts, is open again.
CHANGED = """(payouts_bookcase.state = 'resolved' OR (payouts_bookcase.ledger_amount, payouts_bookcase.record_amount)
    IS DISTINCT FROM (EXCLUDED.ledger_amount, EXCLUDED.record_amount))"""
UPSERT = f"""
INSERT INTO payouts_bookcase
  (key, organization_id, currency, ledger_amount, record_amount, state, found_at, seen_at, note, closed_by)
VALUES (%s, %s, %s, %s, %s, 'open', %s, %s, '', '')
ON CONFLICT (key) DO UPDATE SET seen_at = EXCLUDED.seen_at,
  state = CASE WHEN {CHANGED} THEN 'open' ELSE payouts_bookcase.state END,
  closed_at = CASE WHEN {CHANGED} THEN NULL ELSE payouts_bookcase.closed_at END,
  ledger_amount = EXCLUDED.ledger_amount, record_amount = EXCLUDED.record_amount
"""
RESOLVE = "UPDATE payouts_bookcase SET state = 'resolved', closed_at = %s WHERE seen_at < %s AND state <> 'resolved'"
#: Of two comparisons at once the second waits: each sees the other's cases.
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('payouts.books'))"
PAY_IN = "pay_in:"


@dataclass(frozen=True)
class Comparison:
    """What a comparison found: differences now, and cases that resolved themselves."""

    differences: int
    resolved: int


def compare_books(*, at: datetime) -> Comparison:
    """Compare everything, open a case for each difference, resolve what has gone. Doing it again changes nothing."""
    with transaction.atomic(using="system"), connections["system"].cursor() as cursor:
        cursor.execute(ONE_AT_A_TIME)
        cursor.execute(DIFFERENCES, {"pay_in": PAY_IN, "like": PAY_IN.replace("_", "\\_")})
        found = cursor.fetchall()
        cases = [(f"{who} {key}"[:160], who, code, ledger, other, at, at) for who, key, code, ledger, other in found]
        cursor.executemany(UPSERT, cases)
        cursor.execute(RESOLVE, [at, at])
        return Comparison(len(found), cursor.rowcount)


def explain_case(*, case_id: int, note: str, by: Actor, at: datetime) -> None:
    """Say why a difference is right; it stays listed with that. Raises NotFound, UserError for no note or a closed case."""
    if not note.strip():
        raise UserError(_("Say why."))
    with transaction.atomic(using="system"):
        row = BookCase.objects.using("system").select_for_update().filter(pk=case_id).first()
        if row is None:
            raise NotFound(_("There is no such case."))
        if row.state != BookCase.State.OPEN:
            raise UserError(_("This case is closed already."))
        row.state, row.note, row.closed_by, row.closed_at = BookCase.State.EXPLAINED, note.strip()[:500], by.label, at
        row.save(using="system", update_fields=["state", "note", "closed_by", "closed_at"])
