"""What can go wrong when staff and providers act at once. Messages are for the person who is told."""

from marketplace.kernel.errors import NotAllowed, UserError


class AlreadyDecided(UserError):
    """Somebody else was first: decided, or withdrawn by the provider."""


class ClaimedByAnother(UserError):
    """A colleague is looking at it right now."""


class BadVerdict(UserError):
    """This verdict does not fit the kind of review, or lacks its reason."""


class OwnRuling(NotAllowed):
    """Nobody decides an appeal against their own ruling."""


class TooLate(UserError):
    """The days for an appeal are over."""


class AlreadyAsked(UserError):
    """The same report or appeal was made before."""
