"""Errors shared by every room. The message of a `UserError` is meant for the person who caused it."""


class UserError(Exception):
    """Something the caller can correct. The message says what to do."""

    #: Whether the same request succeeds by itself a little later.
    is_passing = False


class NotFound(UserError):
    """The object does not exist for this actor: foreign and missing look the same."""


class NotAllowed(UserError):
    """The actor may see the object but not do this with it."""
