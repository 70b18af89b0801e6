"""Errors of reviews. Each message says what to do."""

from marketplace.kernel.errors import UserError


class TooLate(UserError):
    """The days for writing or answering are over."""


class AlreadyWritten(UserError):
    """This side has said what it had to say."""


class BadReview(UserError):
    """Words are missing, or a mark is not from 1 to 5."""


class NothingToDecide(UserError):
    """The review does not wait for the market."""
