"""Why a payment ended as it did. Codes are stored, so that everybody reads them in his language; what people wrote stays."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

GIVEN_UP = "given_up"
REMARKS: dict[str, str | Promise] = {
    GIVEN_UP: _("You gave this payment up."),
    "declined": _("The payment company refused the payment."),
    "abandoned": _("The page of the payment company was closed without paying."),
    "no_money": _("No money arrived in time."),
    "account_closed": _("The payer's account takes no money any more."),
    "not_possible": _("What it was meant for cannot be paid any more."),
    "too_often": _("The payment company did not answer, however often it was asked."),
    "partly": _("Less or more arrived than was asked for."),
}


def remark_text(remark: str) -> str | Promise:
    """A remark in the reader's words."""
    return REMARKS.get(remark, remark)
