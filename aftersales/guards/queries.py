"""Reading the guards. Every query names the merchant, on top of row-level security."""

from collections.abc import Collection

from aftersales.guards.models import KillSwitch

#: The switch that stops every program of a merchant.
ALL_PROGRAMS = ""


def is_killed(merchant_id: int, program: str) -> bool:
    """Whether the program is stopped, by its own switch or by the merchant's. Needs the merchant's scope.

    Read it in the transaction that acts, per chunk or batch: then a switch works within the time of one batch. In SQL the same
    is `guard_killed(merchant, program)`.
    """
    return KillSwitch.objects.filter(merchant_id=merchant_id, program__in=[ALL_PROGRAMS, program], is_on=True).exists()


def killed_programs(merchant_id: int, programs: Collection[str]) -> set[str]:
    """Those of the programs that are stopped; the outbox asks it before it sends. Needs the merchant's scope."""
    found = set(KillSwitch.objects.filter(merchant_id=merchant_id, is_on=True).values_list("program", flat=True))
    return set(programs) if ALL_PROGRAMS in found else found & set(programs)
