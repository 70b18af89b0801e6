"""Errors of contracts and work. Each message says what to do."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from marketplace.kernel.errors import NotAllowed, UserError
from providers.onboarding.circumstances import Reason


class BadTerms(UserError):
    """Terms that cannot be signed. `where` names the place, such as `milestones[0].amount_minor`."""

    def __init__(self, message: str, where: str = "") -> None:
        super().__init__(message)
        self.where = where

    @classmethod
    def unknown_clause(cls, kind: str) -> "BadTerms":
        return cls(_("Nobody knows the clause “%(kind)s”. Leave it out.") % {"kind": kind}, f"clauses.{kind}")


class GateClosed(NotAllowed):
    """The provider may not take this order now; `reasons` say why."""

    def __init__(self, message: str, reasons: Sequence[Reason] = ()) -> None:
        super().__init__(message)
        self.reasons = list(reasons)


class ChangedMeanwhile(UserError):
    """The contract offered now is not the one that was read."""


class NotYourTurn(NotAllowed):
    """The act belongs to the other side."""


class RevisionsUsedUp(UserError):
    """The included rounds of changes are used up."""


class NotLateEnough(UserError):
    """The milestone is not late enough to be cancelled."""


class BadFile(UserError):
    """A file that is not taken; the message says what to send instead."""


class BadAmounts(UserError):
    """A split, a quantity or a payment that does not fit the milestone."""
