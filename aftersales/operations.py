"""Acts of people and of the clock on programs; the rules stay in the programs themselves."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import IntegrityError
from django.utils.translation import gettext as _

from aftersales.guards.holds.operations import decide_holds
from aftersales.guards.queries import ProgramKilled, is_killed
from aftersales.models import Claim, ProgramRun
from aftersales.payouts.reserving import NotEnoughLeft, repeat_failed
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


def claim_order(
    *, merchant_id: int, order_id: int, as_of: datetime, by: Actor, at: datetime, promised_at: datetime | None = None
) -> ProgramRun:
    """Price protection for one order now: the same rules as a batch; refused lines leave a row that says why.

    Only a batch may be late: the window must be open at `as_of`, or have been when the claim was promised. Raises NotFound,
    and ProgramBusy while a batch of the merchant is running.
    """
    program = program_named(PROGRAM)
    with scope(merchant_id):
        order = access_order(merchant_id=merchant_id, pk=order_id)
        active = active_policy(merchant_id=merchant_id, program=PROGRAM)
    shop = shop_of(merchant_id=merchant_id, shop_id=order.shop_id)
    with program_lock(merchant_id, wait=False, lock=program.lock):
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
        return carry_out(program=program, opened=opened, shop=shop, by=by, at=at, promised_at=promised_at)


def execute_run(*, merchant_id: int, run_id: int, by: Actor, at: datetime) -> ProgramRun | None:
    """Carry out a waiting run, or one whose worker died; None when it has ended, is stopped, or another run is in progress."""
    with scope(merchant_id):
        program = program_named(access_run(merchant_id=merchant_id, pk=run_id).program)
    try:
        with program_lock(merchant_id, wait=False, lock=program.lock):
            with scope(merchant_id):
                opened = access_run(merchant_id=merchant_id, pk=run_id)
            if opened.state in (ProgramRun.State.FINISHED, ProgramRun.State.FAILED):
                return None
            shop = shop_of(merchant_id=merchant_id, shop_id=opened.shop_id) if opened.shop_id else None
            return carry_out(program=program, opened=opened, shop=shop, by=by, at=at)
    except (ProgramBusy, ProgramKilled):
        return None


def open_automatic_run(*, merchant_id: int, program: str, by: Actor, at: datetime) -> ProgramRun | None:
    """The run that is due now, once per interval of the program; None when it exists, nothing can run, or it is stopped."""
    with scope(merchant_id):
        policy = active_policy(merchant_id=merchant_id, program=program)
        shop: Shop | None = shops(merchant_id).order_by("id").first()
        if policy is None or not policy.is_automatic or shop is None or is_killed(merchant_id, program):
            return None
        slot = _slot(program_named(program).interval, shop.timezone, at)
        if ProgramRun.objects.filter(merchant_id=merchant_id, program=program, slot=slot).exists():
            return None
        if not program_named(program).has_work(merchant_id):
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


def _slot(interval: timedelta, timezone: str, at: datetime) -> str:
    """The name of the interval a moment lies in: a local day, or a part of a day counted in UTC."""
    if interval >= timedelta(days=1):
        return at.astimezone(ZoneInfo(timezone)).date().isoformat()
    begun = int(at.timestamp()) // int(interval.total_seconds()) * int(interval.total_seconds())
    return datetime.fromtimestamp(begun, UTC).strftime("%Y-%m-%dT%H:%M")


def decide_hold(*, merchant_id: int, claim_id: int, release: bool, by: Actor, at: datetime, reason: str = "") -> Claim:
    """A person pays or refuses one held claim, once. Raises NotFound, HoldDecided, and Undecidable for what stays held."""
    with scope(merchant_id):
        access_claim(merchant_id=merchant_id, pk=claim_id)
    found = decide_holds(merchant_id=merchant_id, claim_ids=[claim_id], release=release, reason=reason, by=by, at=at)
    if found.own:
        raise Undecidable(_("You started the run of this large payout: another person releases it."))
    if found.no_room:
        raise Undecidable(_("Refunds since then have used up what was left of this order's payment."))
    if not found.done:
        raise HoldDecided(_("This claim is not held any more."))
    with scope(merchant_id):
        return access_claim(merchant_id=merchant_id, pk=claim_id)


def pay_again(*, merchant_id: int, claim_id: int, by: Actor, at: datetime) -> None:
    """A new payout, with a new request number, for a claim whose last one failed for good. Raises NotFound, Undecidable."""
    with scope(merchant_id, durable=True):
        claim = access_claim(merchant_id=merchant_id, pk=claim_id)
        _lock(claim)
        try:
            repeated = repeat_failed(claim=claim, at=at)
        except NotEnoughLeft as error:
            raise Undecidable(str(error)) from error
        if not repeated:
            raise Undecidable(_("Only a claim whose payout failed can be paid again."))
        record(merchant_id=merchant_id, by=by, action="aftersales.payout.repeated", facts={"claim": claim_id})


def _lock(claim: Claim) -> None:
    """Payouts of one claim are added by one session at a time."""
    Claim.objects.select_for_update().get(merchant_id=claim.merchant_id, pk=claim.pk)
