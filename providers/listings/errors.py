"""What the operations of listings object to. The message says what to do."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from marketplace.kernel.errors import UserError

if TYPE_CHECKING:
    from providers.listings.problems import Problem
    from providers.onboarding.gate import Reason


class NotPossibleNow(UserError):
    """The state of the listing or of its version does not allow this."""


class EditedMeanwhile(UserError):
    """Somebody else saved the same section since it was opened. `revision` is the count to save over it knowingly."""

    def __init__(self, message: str, *, revision: int, who: str, at: datetime) -> None:
        super().__init__(message)
        self.revision, self.who, self.at = revision, who, at


class Incomplete(UserError):
    """Handed in too early; `problems` are what is missing."""

    def __init__(self, message: str, problems: "Sequence[Problem]") -> None:
        super().__init__(message)
        self.problems = list(problems)


class GateClosed(UserError):
    """The provider may not list now; `reasons` say why and where to put it right."""

    def __init__(self, message: str, reasons: "Sequence[Reason]") -> None:
        super().__init__(message)
        self.reasons = list(reasons)
