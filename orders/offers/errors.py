"""Errors of offers. Each message says what to do."""

from marketplace.kernel.errors import NotAllowed, UserError


class BadOffer(UserError):
    """An offer that cannot be sent like this."""


class TooManyOffers(NotAllowed):
    """The provider has sent its share for now."""


class OfferNotWanted(NotAllowed):
    """A merchant that takes no offers, or is not known to the provider."""
