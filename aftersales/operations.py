"""Acts of people and of the clock on programs; the rules stay in the programs themselves."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import IntegrityError, connection
from django.utils.translation import gettext as _

from aftersales.models import Claim, ProgramRun
from aftersales.programs.policies import active_policy
from aftersales.programs.registry import program_named
from aftersales.programs.runner import ProgramBusy, carry_out, open_run, program_lock
from aftersales.queries import access_claim, access_run
from marketplace.audit.operations import record
from marketplace.kernel.errors import UserError
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from merchants.models import Shop
from merchants.queries import shop_of
from orders.store.queries import access_order, shops

PROGRAM = "price_protection"


class Undecidable(UserError):
    """The claim is not in a state in which this can be decided."""


class HoldDecided(Undecidable):
    """The hold was decided already."""


def claim_order(*, merchant_id: int, order_id: int, as_of: datetime, by: Actor, at: datetime) -> ProgramRun:
    """Price protection for one order now: the same rules as a batch; refused lines leave a row that says why.

    Raises NotFound, and ProgramBusy while a batch of the merchant is running.
    """
    program = program_named(PROGRAM)
    with scope(merchant_id):
        order = access_order(merchant_id=merchant_id, pk=order_id)
        active = active_policy(merchant_id=merchant_id, program=PROGRAM)
    shop = shop_of(merchant_id=merchant_id, shop_id=order.shop_id)
    with program_lock(merchant_id, wait=False):
        opened = open_run(
            program=program,
            merchant_id=merchant_id,
            shop=shop,
            settings=active.settings if active else {},
            as_of=as_of,
            by=by,
            at=at,
            dry_run=False,
            order=order,
        )
        return carry_out(program=program, opened=opened, shop=shop, by=by, at=at)


def execute_run(*, merchant_id: int, run_id: int, by: Actor, at: datetime) -> ProgramRun | None:
    """Carry out a waiting run, or one whose worker died; None when it has ended or another run is in progress."""
    try:
        with program_lock(merchant_id, wait=False):
            with scope(merchant_id):
                opened = access_run(merchant_id=merchant_id, pk=run_id)
            if opened.state in (ProgramRun.State.FINISHED, ProgramRun.State.FAILED):
                return None
            shop = shop_of(merchant_id=merchant_id, shop_id=opened.shop_id) if opened.shop_id else None
            return carry_out(program=program_named(opened.program), opened=opened, shop=shop, by=by, at=at)
    except ProgramBusy:
        return None


def open_automatic_run(*, merchant_id: int, program: str, by: Actor, at: datetime) -> ProgramRun | None:
    """The run of this shop-local day, once; None when it exists or there is nothing to run on."""
    with scope(merchant_id):
        policy = active_policy(merchant_id=merchant_id, program=program)
        shop: Shop | None = shops(merchant_id).order_by("id").first()
        if policy is None or not policy.is_automatic or shop is None:
            return None
        slot = at.astimezone(ZoneInfo(shop.timezone)).date().isoformat()
        if ProgramRun.objects.filter(merchant_id=merchant_id, program=program, slot=slot).exists():
            return None
    try:
        return open_run(
            program=program_named(program),
            merchant_id=merchant_id,
            shop=None,
            settings=policy.settings,
            as_of=at,
            by=by,
            at=at,
            dry_run=False,
            slot=slot,
        )
    except IntegrityError:
        return None  # the other beat was faster; the unique slot decided


RELEASE = """
WITH freed AS (
  UPDATE aftersales_claim c SET state = 'reserved'
  WHERE c.merchant_id = %(merchant)s AND c.id = %(claim)s AND c.state = 'held'
  RETURNING c.id, c.amount, c.currency),
paying AS (
  INSERT INTO aftersales_payout (merchant_id, claim_id, state, amount, currency, request_id, error, gateway_ref, attempts)
  SELECT %(merchant)s, id, 'reserved', amount, currency, 'pp-' || id || '-1', '', '', 0
  FROM freed RETURNING claim_id, amount, currency)
SELECT post_transfers(%(merchant)s, 'price_protection.reserved', currency,
         open_account(%(merchant)s, 'refund_funding', currency, NULL),
         open_account(%(merchant)s, 'refunds_reserved', currency, 0),
         array_agg('claim:' || claim_id || ':reserved:1'), array_agg(amount), %(at)s)
FROM paying GROUP BY currency
"""
REFUSE = """
UPDATE aftersales_claim SET state = 'refused'
WHERE merchant_id = %(merchant)s AND id = %(claim)s AND state = 'held'
"""


def decide_hold(*, merchant_id: int, claim_id: int, release: bool, by: Actor, at: datetime) -> Claim:
    """A person pays or refuses a held claim, once. Raises NotFound and HoldDecided."""
    with scope(merchant_id, durable=True):
        access_claim(merchant_id=merchant_id, pk=claim_id)
        with connection.cursor() as cursor:
            cursor.execute(RELEASE if release else REFUSE, {"merchant": merchant_id, "claim": claim_id, "at": at})
            if not cursor.rowcount:
                raise HoldDecided(_("This claim is not held any more."))
        action = f"aftersales.hold.{'released' if release else 'refused'}"
        record(merchant_id=merchant_id, by=by, action=action, facts={"claim": claim_id})
        return access_claim(merchant_id=merchant_id, pk=claim_id)


RETRY = """
WITH failed AS (
  SELECT p.claim_id, p.amount, p.currency, row_number() OVER () AS n,
         (SELECT count(*) FROM aftersales_payout q
          WHERE q.merchant_id = p.merchant_id AND q.claim_id = p.claim_id) + 1 AS attempt
  FROM aftersales_payout p
  WHERE p.merchant_id = %(merchant)s AND p.claim_id = %(claim)s AND p.state = 'failed'
    AND NOT EXISTS (SELECT 1 FROM aftersales_payout q
                    WHERE q.merchant_id = p.merchant_id AND q.claim_id = p.claim_id AND q.state <> 'failed')
  LIMIT 1),
paying AS (
  INSERT INTO aftersales_payout (merchant_id, claim_id, state, amount, currency, request_id, error, gateway_ref, attempts)
  SELECT %(merchant)s, claim_id, 'reserved', amount, currency, 'pp-' || claim_id || '-' || attempt, '', '', 0 FROM failed
  ON CONFLICT (merchant_id, request_id) DO NOTHING RETURNING claim_id, request_id, amount, currency)
SELECT post_transfers(%(merchant)s, 'price_protection.reserved', currency,
         open_account(%(merchant)s, 'refund_funding', currency, NULL),
         open_account(%(merchant)s, 'refunds_reserved', currency, 0),
         array_agg('payout:' || request_id || ':reserved'), array_agg(amount), %(at)s)
FROM paying GROUP BY currency
"""


def pay_again(*, merchant_id: int, claim_id: int, by: Actor, at: datetime) -> None:
    """A new payout, with a new request number, for a claim whose last one failed for good. Raises NotFound, Undecidable."""
    with scope(merchant_id, durable=True):
        access_claim(merchant_id=merchant_id, pk=claim_id)
        with connection.cursor() as cursor:
            cursor.execute(RETRY, {"merchant": merchant_id, "claim": claim_id, "at": at})
            if not cursor.rowcount:
                raise Undecidable(_("Only a claim whose payout failed can be paid again."))
        record(merchant_id=merchant_id, by=by, action="aftersales.payout.repeated", facts={"claim": claim_id})
