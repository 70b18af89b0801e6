"""Setting limits. Tightening one is in force at once; loosening one waits for a second person."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from aftersales.guards.approvals.operations import ask
from aftersales.guards.models import Approval, Budget, GuardSettings, Level
from aftersales.guards.queries import DEFAULTS, approvers, guard_settings
from marketplace.audit.operations import record
from marketplace.kernel.errors import UserError
from marketplace.kernel.money import MAX_MINOR, is_currency
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope

#: Settings that loosen a guard when they grow.
GROWING = ("payout_limit", "batch_limit", "approval_days", "breaker_percent", "breaker_min_windows")


class BadBudget(UserError):
    """A limit that cannot be."""


def set_budget(
    *,
    merchant_id: int,
    level: str,
    program: str,
    currency: str,
    limit: int | None,
    alert_percent: int,
    by: Actor,
    at: datetime,
) -> Budget | Approval:
    """Set a limit in minor units (None: no limit). A raise by a person comes back as the request that waits. Raises BadBudget."""
    program = program if level == Level.PROGRAM_HOUR else ""
    if level not in Level.values or not is_currency(currency) or (level == Level.PROGRAM_HOUR and not program):
        raise BadBudget(_("Choose a level, a currency and, for an hourly limit, a program."))
    if (limit is not None and not 0 <= limit <= MAX_MINOR) or not 1 <= alert_percent <= 100:
        raise BadBudget(_("The limit must not be negative, and the alert lies between 1 and 100 percent."))
    with scope(merchant_id, durable=True):
        budget, _created = Budget.objects.select_for_update().get_or_create(
            merchant_id=merchant_id, level=level, program=program, currency=currency
        )
        wanted = {"limit": limit, "alert_percent": alert_percent, "before": budget.limit_amount, "level": level}
        if by.user_id is not None and _is_raise(budget.limit_amount, limit):
            return ask(
                merchant_id=merchant_id, kind=Approval.Kind.BUDGET, program=program, subject_id=budget.pk, amount=limit,
                currency=currency, payload=wanted, by=by, at=at,
            )  # fmt: skip
        return _put_budget(budget, wanted, by, at)


def _is_raise(before: int | None, after: int | None) -> bool:
    return before is not None and (after is None or after > before)


def _put_budget(budget: Budget, wanted: Mapping[str, Any], by: Actor, at: datetime) -> Budget:
    before = budget.limit_amount
    budget.limit_amount, budget.alert_percent = wanted["limit"], wanted["alert_percent"]
    budget.updated_by, budget.updated_at = by.label, at
    budget.save(update_fields=["limit_amount", "alert_percent", "updated_by", "updated_at"])
    facts: dict[str, Any] = {"level": budget.level, "program": budget.program, "currency": budget.currency}
    facts |= {"before": before, "after": budget.limit_amount, "alert_percent": budget.alert_percent}
    record(merchant_id=budget.merchant_id, by=by, action="guards.budget.set", facts=facts)
    return budget


def save_settings(*, merchant_id: int, values: Mapping[str, Any], by: Actor, at: datetime) -> GuardSettings | Approval:
    """Change what the guards go by. What loosens a guard waits, as a whole, for a second person.

    Where nobody else could approve (a company of one person), letting one person approve alone is put in force at once: the
    explicit, audited way out.
    """
    unknown = set(values) - set(DEFAULTS)
    if unknown:
        raise BadBudget(_("Unknown settings: %(names)s.") % {"names": ", ".join(sorted(unknown))})
    with scope(merchant_id, durable=True):
        now = guard_settings(merchant_id)
        changes = {name: value for name, value in values.items() if getattr(now, name) != value}
        if not changes:
            return now
        if by.user_id is not None and _loosens(now, changes) and not _is_way_out(merchant_id, changes):
            before = {name: getattr(now, name) for name in changes}
            payload = {"changes": changes, "before": before}
            return ask(merchant_id=merchant_id, kind=Approval.Kind.SETTINGS, payload=payload, by=by, at=at)
        return _put_settings(merchant_id, changes, by, at)


def _loosens(now: GuardSettings, changes: Mapping[str, Any]) -> bool:
    grown = any(name in changes and changes[name] > getattr(now, name) for name in GROWING)
    fewer = any(name in changes and changes[name] != getattr(now, name) for name in ("breaker_hours", "breaker_windows"))
    return grown or fewer or bool(changes.get("may_decide_alone")) or _currencies_loosen(now, changes)


def _currencies_loosen(now: GuardSettings, changes: Mapping[str, Any]) -> bool:
    """Whether a limit of any currency grows; a currency without its own limit has the general one."""
    if "currency_limits" not in changes:
        return False
    general = {"payout": now.payout_limit, "batch": now.batch_limit}
    before, after = now.currency_limits, changes["currency_limits"]
    return any(
        after.get(currency, {}).get(kind, general[kind]) > before.get(currency, {}).get(kind, general[kind])
        for currency in {*before, *after}
        for kind in general
    )


def _is_way_out(merchant_id: int, changes: Mapping[str, Any]) -> bool:
    return set(changes) == {"may_decide_alone"} and approvers(merchant_id) <= 1


def _put_settings(merchant_id: int, changes: Mapping[str, Any], by: Actor, at: datetime) -> GuardSettings:
    found, _created = GuardSettings.objects.select_for_update().get_or_create(merchant_id=merchant_id, defaults=DEFAULTS)
    before = {name: getattr(found, name) for name in changes}
    for name, value in changes.items():
        setattr(found, name, value)
    found.updated_by, found.updated_at = by.label, at
    found.save(update_fields=[*changes, "updated_by", "updated_at"])
    facts = {"before": before, "after": dict(changes)}
    record(merchant_id=merchant_id, by=by, action="guards.settings.changed", facts=facts)
    return found


def approve_budget(approval: Approval, by: Actor, at: datetime) -> None:
    """Put the limit that was asked for in force."""
    budget = Budget.objects.select_for_update().get(merchant_id=approval.merchant_id, pk=approval.subject_id)
    _put_budget(budget, approval.payload, by, at)


def approve_settings(approval: Approval, by: Actor, at: datetime) -> None:
    """Put the settings that were asked for in force."""
    _put_settings(approval.merchant_id, approval.payload["changes"], by, at)
