"""What can stand against an act of hiring. Each message says what to do."""

from collections.abc import Sequence

from marketplace.kernel.errors import UserError
from marketplace.kernel.transitions import NotPossible
from providers.onboarding.gate import Reason

__all__ = ["Changed", "Incomplete", "NotPossible", "ProviderBlocked", "TooMany"]


class Incomplete(UserError):
    """Something is missing or does not add up; `problems` are sentences for people."""

    def __init__(self, message: str, problems: Sequence[str]) -> None:
        super().__init__(message)
        self.problems = list(problems)


class Changed(UserError):
    """Somebody changed it since the page was shown."""


class TooMany(UserError):
    """A limit is reached: five live invitations, or a month's answers to open needs."""


class ProviderBlocked(UserError):
    """The provider may not take this on now; `reasons` are the gate's."""

    def __init__(self, message: str, reasons: Sequence[Reason] = ()) -> None:
        super().__init__(message)
        self.reasons = list(reasons)
