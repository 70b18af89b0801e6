"""What can be corrected by the person who asked."""

from django.utils.translation import gettext as _

from marketplace.kernel.errors import NotAllowed, UserError
from marketplace.ui.formats import money


class BadField(UserError):
    """A value that cannot stand; `field` is where the sentence belongs."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


class TooMuch(BadField):
    """More than is left; `left` in minor units."""

    def __init__(self, left: int, currency: str) -> None:
        text = _("At most %(amount)s: the rest is invoiced already or was never paid.") % {"amount": money(left, currency)}
        super().__init__("amount", text)
        self.left = left


class NothingLeft(UserError):
    """Everything is invoiced, or nothing was paid."""


class OtherSide(NotAllowed):
    """The act belongs to the other side."""


class AmountChanged(UserError):
    """The invoice is made out for another amount than is owed now."""


class BadFile(UserError):
    """A file that is not taken; the message says what to hand in instead."""
