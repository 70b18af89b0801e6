"""Why money does not move."""

from django.utils.translation import gettext as _

from marketplace.kernel.errors import UserError
from marketplace.ui.formats import money


class BadAmount(UserError):
    """An amount that cannot be moved."""


class NotEnoughInWallet(UserError):
    """The merchant's wallet lacks `missing` minor units of `currency`."""

    def __init__(self, missing: int, currency: str) -> None:
        super().__init__(_("The wallet lacks %(amount)s. Pay in first.") % {"amount": money(missing, currency)})
        self.missing, self.currency = missing, currency


class NotEnoughHeld(UserError):
    """Less is held than was asked for; `left` minor units are."""

    def __init__(self, left: int, currency: str) -> None:
        super().__init__(_("Only %(amount)s is still held.") % {"amount": money(left, currency)})
        self.left, self.currency = left, currency


class NotEnoughEarned(UserError):
    """More was to be paid out than is available; `missing` minor units are lacking."""

    def __init__(self, missing: int, currency: str) -> None:
        super().__init__(_("The available earnings lack %(amount)s.") % {"amount": money(missing, currency)})
        self.missing, self.currency = missing, currency


class KeyUsed(UserError):
    """The idempotency key stands for another amount or another subject."""

    def __init__(self) -> None:
        super().__init__(_("This was done already, with another amount. Look at it again."))


class StillHeld(UserError):
    """A deal with money held cannot be closed."""
