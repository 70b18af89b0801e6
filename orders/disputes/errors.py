"""Errors of disputes. Each message says what to do."""

from marketplace.kernel.errors import NotAllowed, UserError


class TooLate(UserError):
    """The days in which a dispute may be opened are over."""


class AlreadyDisputed(UserError):
    """There is an open dispute about this milestone."""


class BadAmount(UserError):
    """More than is at stake, or less than nothing."""


class NothingSaid(UserError):
    """A statement is missing."""


class NotYourTurn(NotAllowed):
    """The act belongs to the other side."""


class OwnRuling(NotAllowed):
    """Who ruled does not decide the appeal."""


class FeeNotCovered(UserError):
    """The wallet does not cover the appeal fee."""
