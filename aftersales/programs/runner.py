"""Running a program over one merchant's orders, as of a moment.

One run per merchant at a time among the programs that share a lock (all that book money do): an advisory lock held by the
database session, which PostgreSQL releases when the worker dies. Claims are unique per line and number, so even without the
lock nothing is paid twice; the lock makes the order's headroom, which spans lines, exact.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from aftersales.models import ProgramPolicy, ProgramRun
from aftersales.programs.contract import MONEY_LOCK, Outcome, Program, RunContext
from aftersales.programs.policies import active_policy, promised_version, version_for
from marketplace.audit.operations import record
from marketplace.kernel.errors import UserError
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from merchants.models import Shop
from orders.store.models import ShopOrder
from orders.store.queries import access_order, lines_of


class NotPayable(UserError):
    """A policy for analysis only was asked to pay."""


class Preview(Exception):
    def __init__(self, outcome: Outcome) -> None:
        super().__init__("rolled back on purpose")
        self.outcome = outcome


class ProgramBusy(UserError):
    """Another run of this merchant holds the lock."""

    is_passing = True


@contextmanager
def program_lock(merchant_id: int, *, wait: bool = True, lock: int = MONEY_LOCK) -> Iterator[None]:
    """Hold the merchant's program lock; waits for whoever has it, or raises ProgramBusy."""
    with connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [lock, merchant_id])
        else:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [lock, merchant_id])
            if not cursor.fetchone()[0]:
                raise ProgramBusy(_("A run for this merchant is in progress; try again in a minute."))
    try:
        yield
    finally:
        if connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [lock, merchant_id])


def settings_of(
    program: Program, *, merchant_id: int, policy: str | Mapping[str, Any] | None, changes: Mapping[str, Any]
) -> dict[str, Any]:
    """The settings a run uses: a preset by name, a mapping, or the merchant's active policy; then single changes."""
    if isinstance(policy, str):
        if policy not in program.presets:
            known = {"name": policy, "known": ", ".join(program.presets)}
            raise UserError(_("There is no preset %(name)s; known are %(known)s.") % known)
        base: Mapping[str, Any] = program.presets[policy]
    elif policy is not None:
        base = policy
    else:
        with scope(merchant_id):
            active = active_policy(merchant_id=merchant_id, program=program.name)
        base = active.settings if active else {}
    return program.validated({**base, **changes})


def run(
    *,
    program: Program,
    merchant_id: int,
    shop: Shop | None,
    settings: Mapping[str, Any],
    as_of: datetime,
    by: Actor,
    at: datetime,
    dry_run: bool,
) -> ProgramRun:
    """Run and return the finished run row (for a preview: with what would have happened). Raises NotPayable."""
    with program_lock(merchant_id, lock=program.lock):
        # Opened under the lock: a waiting run is free for any worker to take.
        opened = open_run(
            program=program,
            merchant_id=merchant_id,
            shop=shop,
            settings=settings,
            as_of=as_of,
            by=by,
            at=at,
            dry_run=dry_run,
        )
        return carry_out(program=program, opened=opened, shop=shop, by=by, at=at)


def open_run(
    *,
    program: Program,
    merchant_id: int,
    shop: Shop | None,
    settings: Mapping[str, Any],
    as_of: datetime,
    by: Actor,
    at: datetime,
    dry_run: bool,
    slot: str = "",
    order: ShopOrder | None = None,
) -> ProgramRun:
    """A waiting run with its policy version. Raises NotPayable for a policy that may only be previewed."""
    checked = program.validated(settings)
    if not dry_run and not program.may_pay(checked):
        raise NotPayable(_("This policy is for comparison only: it can be previewed (--dry-run), not paid."))
    with scope(merchant_id):
        policy = None if dry_run else version_for(merchant_id=merchant_id, program=program, settings=checked, by=by, at=at)
        return ProgramRun.objects.create(
            merchant_id=merchant_id,
            program=program.name,
            policy=policy,
            settings=checked,
            shop=shop,
            as_of=as_of,
            dry_run=dry_run,
            slot=slot,
            order=order,
            state=ProgramRun.State.WAITING,
            created_by=by.label,
        )


def carry_out(
    *, program: Program, opened: ProgramRun, shop: Shop | None, by: Actor, at: datetime, promised_at: datetime | None = None
) -> ProgramRun:
    """Do the work of an opened run and close it. The caller holds the program lock."""
    with scope(opened.merchant_id):
        opened.state = ProgramRun.State.RUNNING
        opened.save(update_fields=["state"])
    started = time.monotonic()
    try:
        if opened.dry_run:
            outcome, version = _preview(program, opened, shop, by, at)
        else:
            outcome, version = _carried_out(program, opened, shop, by, at, promised_at)
    except Exception as error:
        _close(opened, ProgramRun.State.FAILED, {}, at, by, error=f"{type(error).__name__}: {error}"[:2000])
        raise
    counts = {"policy_version": version, **outcome.as_counts(), "seconds": round(time.monotonic() - started, 3)}
    _close(opened, ProgramRun.State.FINISHED, counts, at, by)
    return opened


def _carried_out(
    program: Program, opened: ProgramRun, shop: Shop | None, by: Actor, at: datetime, promised_at: datetime | None
) -> tuple[Outcome, int]:
    with scope(opened.merchant_id):
        version = ProgramPolicy.objects.get(merchant_id=opened.merchant_id, pk=opened.policy_id or 0).version
    return program.run(replace(_context(opened, shop, version, by, at), promised_at=promised_at)), version


def _preview(program: Program, opened: ProgramRun, shop: Shop | None, by: Actor, at: datetime) -> tuple[Outcome, int]:
    """The same statements, rolled back."""
    version = promised_version(merchant_id=opened.merchant_id, program=program, settings=opened.settings, by=by, at=at)
    try:
        with transaction.atomic():
            raise Preview(program.run(_context(opened, shop, version, by, at)))
    except Preview as preview:
        return preview.outcome, version


def _context(opened: ProgramRun, shop: Shop | None, version: int, by: Actor, at: datetime) -> RunContext:
    sku_ids: tuple[int, ...] = ()
    if opened.order_id is not None:
        with scope(opened.merchant_id):
            order = access_order(merchant_id=opened.merchant_id, pk=opened.order_id)
            sku_ids = tuple(lines_of(order).values_list("sku_id", flat=True))
    return RunContext(
        merchant_id=opened.merchant_id,
        shop_id=shop.pk if shop else None,
        timezone=shop.timezone if shop else "UTC",
        as_of=opened.as_of,
        settings=opened.settings,
        policy_version=version,
        run_id=opened.pk,
        dry_run=opened.dry_run,
        by=by,
        at=at,
        order_id=opened.order_id,
        sku_ids=sku_ids,
    )


def _close(opened: ProgramRun, state: str, counts: dict[str, Any], at: datetime, by: Actor, error: str = "") -> None:
    with scope(opened.merchant_id):
        opened.state, opened.counts, opened.error, opened.finished_at = state, counts, error, at
        opened.save(update_fields=["state", "counts", "error", "finished_at"])
        summary = {name: value for name, value in counts.items() if not isinstance(value, list)}
        facts = {"run": opened.pk, "program": opened.program, "dry_run": opened.dry_run, "state": state, **summary}
        record(merchant_id=opened.merchant_id, by=by, action="aftersales.run.closed", facts=facts)
