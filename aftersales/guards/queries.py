"""Reading the guards. Every query names the merchant, on top of row-level security."""

from collections.abc import Collection

from django.utils.translation import gettext as _

from aftersales.guards.models import KillSwitch
from marketplace.kernel.errors import UserError

#: The switch that stops every program of a merchant.
ALL_PROGRAMS = ""


def is_killed(merchant_id: int, program: str) -> bool:
    """Whether the program is stopped, by its own switch or by the merchant's. Needs the merchant's scope.

    Read it in the transaction that acts, per chunk or batch: then a switch works within the time of one batch. In SQL the same
    is `guard_killed(merchant, program)`.
    """
    return KillSwitch.objects.filter(merchant_id=merchant_id, program__in=[ALL_PROGRAMS, program], is_on=True).exists()


class ProgramKilled(UserError):
    """The program's kill switch is on."""


def refuse_killed(merchant_id: int, program: str) -> None:
    """Raise ProgramKilled while the program is stopped; the first line of every chunk, in the chunk's own scope."""
    if is_killed(merchant_id, program):
        raise ProgramKilled(_("This program is stopped by its kill switch."))


def killed_programs(merchant_id: int, programs: Collection[str]) -> set[str]:
    """Those of the programs that are stopped; the outbox asks it before it sends. Needs the merchant's scope."""
    found = set(KillSwitch.objects.filter(merchant_id=merchant_id, is_on=True).values_list("program", flat=True))
    return set(programs) if ALL_PROGRAMS in found else found & set(programs)
