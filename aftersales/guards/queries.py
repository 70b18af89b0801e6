"""Reading the guards. Every query names the merchant, on top of row-level security."""

from collections.abc import Collection

from django.db import connection
from django.utils.translation import gettext as _

from aftersales.guards.models import GuardSettings, KillSwitch
from marketplace.accounts.models import Membership
from marketplace.accounts.roles import Permission, permissions_of
from marketplace.kernel.errors import UserError

#: The switch that stops every program of a merchant.
ALL_PROGRAMS = ""
#: The settings of a merchant that has set nothing; the columns' defaults and SQL's guard_settings() say the same.
DEFAULTS = {
    "payout_limit": 500,
    "batch_limit": 10_000,
    "currency_limits": {},
    "may_decide_alone": False,
    "approval_days": 7,
    "breaker_percent": 300,
    "breaker_hours": 24,
    "breaker_windows": 28,
    "breaker_min_windows": 7,
}


def is_killed(merchant_id: int, program: str) -> bool:
    """Whether the program is stopped, by its own switch or by the merchant's. Needs the merchant's scope.

    Read it in the transaction that acts, per chunk or batch: then a switch works within the time of one batch. In SQL the same
    is `guard_killed(merchant, program)`.
    """
    return KillSwitch.objects.filter(merchant_id=merchant_id, program__in=[ALL_PROGRAMS, program], is_on=True).exists()


def is_anything_killed(merchant_id: int) -> bool:
    """Whether any program of the merchant is stopped. Needs the merchant's scope."""
    return KillSwitch.objects.filter(merchant_id=merchant_id, is_on=True).exists()


#: Notices of the guards themselves: whoever stopped everything wants to hear what happens.
UNSTOPPABLE = {"guards"}


class ProgramKilled(UserError):
    """The program's kill switch is on."""


def refuse_killed(merchant_id: int, program: str) -> None:
    """Raise ProgramKilled while the program is stopped; the first line of every chunk, in the chunk's own scope."""
    if is_killed(merchant_id, program):
        raise ProgramKilled(_("This program is stopped by its kill switch."))


def killed_programs(merchant_id: int, programs: Collection[str]) -> set[str]:
    """Those of the programs that are stopped; the outbox asks it before it sends. Needs the merchant's scope."""
    found = set(KillSwitch.objects.filter(merchant_id=merchant_id, is_on=True).values_list("program", flat=True))
    return set(programs) - UNSTOPPABLE if ALL_PROGRAMS in found else found & set(programs)


def guard_settings(merchant_id: int) -> GuardSettings:
    """What the merchant's guards go by: its row, or an unsaved one with the defaults. Needs the merchant's scope."""
    found = GuardSettings.objects.filter(merchant_id=merchant_id).first()
    return found or GuardSettings(merchant_id=merchant_id, **DEFAULTS)


def limit_of(merchant_id: int, kind: str, currency: str) -> int:
    """The amount above which a "payout" or a "batch" waits for a second person, in minor units. Needs the merchant's scope."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT guard_limit(%s, %s, %s)", [merchant_id, kind, currency])
        return int(cursor.fetchone()[0])


def zone_of(merchant_id: int) -> str:
    """The time zone of the merchant's budgets: its first shop's, UTC before there is one. Needs the merchant's scope."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT guard_zone(%s)", [merchant_id])
        return str(cursor.fetchone()[0])


def approvers(merchant_id: int) -> int:
    """How many people of the merchant may approve. Needs the merchant's scope."""
    roles = Membership.objects.filter(organization_id=merchant_id).values_list("role", flat=True)
    return sum(Permission.APPROVE in permissions_of(role, may_export=False) for role in roles)
