"""Promising claims' money to their buyers: how it is split, and claims that a person lets go. Postings: docs/money.md."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from aftersales.models import Claim, Payout
from marketplace.kernel.errors import UserError
from marketplace.ledger.models import AccountCode
from marketplace.ledger.operations import open_account, post_transfers

VOUCHER = "voucher"
# Parts of a statement in which `claimed` (id, order_id, line_id, state, amount, currency) has what was claimed just now: one row
# per part of a claim, and their payouts with what they book.
WHOLE = """part AS (
  SELECT id AS claim_id, amount, currency, NULL::bigint AS tender_id, {method} AS method, '' AS method_ref, 1::bigint AS number
  FROM claimed WHERE state = 'reserved'{unsplit}"""
UNSPLIT = """ AND ({is_whole} OR NOT EXISTS (
    SELECT 1 FROM store_ordertender t WHERE t.merchant_id = %(merchant)s AND t.order_id = claimed.order_id))"""
# Claims of one order in line order, each over what the ones before left of its means of payment. A payout that failed keeps its
# room, because it may be sent again.
SPLIT = """
  UNION ALL
  SELECT o.claims[s.claim_no], s.share, o.currency, t.ids[s.tender_no], t.methods[s.tender_no], t.refs[s.tender_no],
         row_number() OVER (PARTITION BY o.claims[s.claim_no] ORDER BY s.tender_no)
  FROM (SELECT order_id, currency, array_agg(id ORDER BY line_id) AS claims, array_agg(amount ORDER BY line_id) AS amounts
        FROM claimed WHERE state = 'reserved' AND NOT {is_whole} GROUP BY order_id, currency) o
  CROSS JOIN LATERAL (
    SELECT array_agg(t.id ORDER BY t.position) AS ids, array_agg(t.method ORDER BY t.position) AS methods,
           array_agg(t.reference ORDER BY t.position) AS refs,
           array_agg(greatest(t.captured_amount - t.refunded_amount - (
             SELECT coalesce(sum(q.amount), 0) FROM (
               SELECT DISTINCT p.claim_id, p.amount FROM aftersales_payout p
               WHERE p.merchant_id = %(merchant)s AND p.tender_id = t.id) q), 0)::bigint ORDER BY t.position) AS rooms
    FROM store_ordertender t WHERE t.merchant_id = %(merchant)s AND t.order_id = o.order_id HAVING count(*) > 0) t
  CROSS JOIN LATERAL split_over_tenders(o.amounts, t.rooms) s"""
PAYING = """reserved AS (
  INSERT INTO aftersales_payout
    (merchant_id, claim_id, state, amount, currency, tender_id, method, method_ref, request_id, error, gateway_ref, attempts)
  SELECT %(merchant)s, claim_id, 'reserved', amount, currency, tender_id, method, method_ref, 'pp-' || claim_id || '-' || number,
         '', '', 0
  FROM part RETURNING claim_id, amount, currency, split_part(request_id, '-', 3) AS number),
posted AS (
  SELECT currency, sum(amount) AS amount, {count} AS claims,
         post_transfers(%(merchant)s, '{program}.reserved', currency,
           open_account(%(merchant)s, 'refund_funding', currency, NULL),
           open_account(%(merchant)s, 'refunds_reserved', currency, 0),
           array_agg('claim:' || claim_id || ':reserved:' || number), array_agg(amount), {moment}) AS transfers
  FROM reserved GROUP BY currency)"""
RELEASE = f"""
WITH claimed AS (
  SELECT c.id, c.order_id, c.line_id, c.state, c.amount, c.currency, coalesce(r.settings->>'payout', '') = 'voucher' AS is_voucher
  FROM aftersales_claim c JOIN aftersales_programrun r ON r.merchant_id = %(merchant)s AND r.id = c.run_id
  WHERE c.merchant_id = %(merchant)s AND c.id = ANY (%(claims)s) AND c.state = 'reserved' AND c.program = %(program)s
    AND NOT EXISTS (SELECT 1 FROM aftersales_payout p WHERE p.merchant_id = %(merchant)s AND p.claim_id = c.id)),
{WHOLE.format(method="CASE WHEN is_voucher THEN 'voucher' ELSE '' END", unsplit=UNSPLIT.format(is_whole="is_voucher"))}
{SPLIT.format(is_whole="is_voucher")}),
{PAYING.format(program="' || %(program)s || '", count="count(*)", moment="%(at)s")}
SELECT coalesce(sum(claims), 0) FROM posted
"""
# Claims whose order, or its means of payment, no longer cover refunds and all that is claimed. Locks the orders by number.
WITHOUT_ROOM = """
WITH mine AS (
  SELECT c.id, c.order_id, r.settings FROM aftersales_claim c
  JOIN aftersales_programrun r ON r.merchant_id = %(merchant)s AND r.id = c.run_id
  WHERE c.merchant_id = %(merchant)s AND c.id = ANY (%(claims)s)),
locked AS MATERIALIZED (
  SELECT o.id, o.captured_amount - o.refunded_amount AS has_left FROM store_shoporder o
  WHERE o.merchant_id = %(merchant)s AND o.id IN (SELECT order_id FROM mine) ORDER BY o.id FOR UPDATE),
promised AS (
  SELECT l.id, l.has_left,
         (SELECT sum(e.amount) FROM aftersales_claim e
          WHERE e.merchant_id = %(merchant)s AND e.order_id = l.id AND e.state <> 'refused') AS amount,
         (SELECT sum(t.captured_amount - t.refunded_amount) FROM store_ordertender t
          WHERE t.merchant_id = %(merchant)s AND t.order_id = l.id) AS tenders_left
  FROM locked l)
SELECT m.id FROM mine m JOIN promised p ON p.id = m.order_id
WHERE (coalesce((m.settings->>'headroom')::boolean, true) AND p.amount > p.has_left)
   OR (coalesce(m.settings->>'payout', '') <> 'voucher' AND p.amount > p.tenders_left)
"""


class NotEnoughLeft(UserError):
    """Refunds since the claim was made have used up what was left of the payment."""


@dataclass(frozen=True)
class Part:
    """Where a part of a claim goes: a means of payment of the order, a voucher, or however the order was paid."""

    amount: int
    method: str = ""
    reference: str = ""
    tender_id: int | None = None


def claims_without_room(*, merchant_id: int, claim_ids: Collection[int]) -> set[int]:
    """Those of the claims that what was captured no longer covers, because of refunds since. Locks their orders."""
    with connection.cursor() as cursor:
        cursor.execute(WITHOUT_ROOM, {"merchant": merchant_id, "claims": list(claim_ids)})
        return {claim for (claim,) in cursor.fetchall()}


def reserve_claims(*, merchant_id: int, claim_ids: Collection[int], at: datetime) -> int:
    """Payouts for claims in state reserved that have none, split as their policies say; returns how many.

    The caller has locked the claims' rows and asked the guards. Raises NotEnoughLeft, and then nothing is reserved.
    """
    if claims_without_room(merchant_id=merchant_id, claim_ids=claim_ids):
        raise NotEnoughLeft(_("Refunds since then have used up what was left of this order's payment."))
    chosen = Claim.objects.filter(merchant_id=merchant_id, pk__in=claim_ids)
    reserved = 0
    with connection.cursor() as cursor:
        for program in sorted(set(chosen.values_list("program", flat=True))):
            values: dict[str, Any] = {"merchant": merchant_id, "claims": list(claim_ids), "program": program, "at": at}
            cursor.execute(RELEASE, values)
            reserved += int(cursor.fetchone()[0])
    return reserved


def repeat_failed(*, claim: Claim, at: datetime) -> int:
    """New payouts, numbered after those it has, for the parts of a claim that failed for good; returns how many.

    The caller has locked the claim's row. Raises NotEnoughLeft.
    """
    failed = failed_parts(claim)
    if failed and claims_without_room(merchant_id=claim.merchant_id, claim_ids=[claim.pk]):
        raise NotEnoughLeft(_("Refunds since then have used up what was left of this order's payment."))
    if failed:
        _reserve_parts(claim, failed, at)
    return len(failed)


def failed_parts(claim: Claim) -> list[Part]:
    """What failed for good and was not sent again: the newest payout of each means of payment decides."""
    newest = {p.tender_id: p for p in Payout.objects.filter(merchant_id=claim.merchant_id, claim=claim).order_by("id")}
    failed = (payout for payout in newest.values() if payout.state == Payout.State.FAILED)
    return [Part(payout.amount, payout.method, payout.method_ref, payout.tender_id) for payout in failed]


def _reserve_parts(claim: Claim, parts: Sequence[Part], at: datetime) -> None:
    merchant_id, currency = claim.merchant_id, claim.currency
    known = Payout.objects.filter(merchant_id=merchant_id, claim=claim).count()
    for number, part in enumerate(parts, known + 1):
        Payout.objects.create(
            merchant_id=merchant_id,
            claim=claim,
            amount=part.amount,
            currency=currency,
            tender_id=part.tender_id,
            method=part.method,
            method_ref=part.reference,
            request_id=f"pp-{claim.pk}-{number}",
        )
    post_transfers(
        merchant_id=merchant_id,
        kind=f"{claim.program}.reserved",
        currency=currency,
        debit=open_account(merchant_id=merchant_id, currency=currency, code=AccountCode.REFUND_FUNDING),
        credit=open_account(merchant_id=merchant_id, currency=currency, code=AccountCode.REFUNDS_RESERVED, floor=0),
        keys=[f"claim:{claim.pk}:reserved:{known + n}" for n in range(1, len(parts) + 1)],
        amounts=[part.amount for part in parts],
        at=at,
    )
