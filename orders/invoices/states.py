"""What each state of a request allows, and which side may do it. Who of a side may at all is a matter of roles."""

from typing import Final, Literal

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.kernel.transitions import Table

#: The requester wants the invoice, the issuer owes it.
Side = Literal["requester", "issuer"]


class InvoiceState(models.TextChoices):
    """Of a request. `to_reverse`: a red-letter note is owed for `excess`."""

    ASKED = "asked", pgettext_lazy("fapiao", "Asked for")
    ISSUED = "issued", pgettext_lazy("fapiao", "Issued")
    TO_REVERSE = "to_reverse", pgettext_lazy("fapiao", "To be reversed")
    REVERSED = "reversed", pgettext_lazy("fapiao", "Reversed")
    REFUSED = "refused", pgettext_lazy("fapiao", "Refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("fapiao", "Withdrawn")
    LAPSED = "lapsed", pgettext_lazy("fapiao", "Lapsed")


class InvoiceSort(models.TextChoices):
    """普票 and 专票: only the second lets the buyer deduct the tax, and only it needs address and bank."""

    GENERAL = "general", _("General VAT fapiao")
    SPECIAL = "special", _("Special VAT fapiao")


S = InvoiceState
INVOICE: Final[Table] = {
    (S.ASKED, "issue"): S.ISSUED,
    (S.ASKED, "refuse"): S.REFUSED,
    (S.ASKED, "withdraw"): S.WITHDRAWN,
    (S.ISSUED, "return"): S.TO_REVERSE,
    (S.TO_REVERSE, "reverse_part"): S.ISSUED,
    (S.TO_REVERSE, "reverse_all"): S.REVERSED,
    # Nobody's act: money went back.
    (S.ASKED, "shrink"): S.ASKED,
    (S.ASKED, "lapse"): S.LAPSED,
    (S.ISSUED, "exceed"): S.TO_REVERSE,
    (S.TO_REVERSE, "exceed"): S.TO_REVERSE,
}
#: The acts of people, and whose they are.
SIDES: Final[dict[str, Side]] = {
    "withdraw": "requester",
    "return": "requester",
    "issue": "issuer",
    "refuse": "issuer",
    "reverse": "issuer",
}
#: A request in one of these counts against what can still be asked for.
ALIVE: Final = (S.ASKED, S.ISSUED, S.TO_REVERSE)
#: The issuer owes something.
OWED: Final = (S.ASKED, S.TO_REVERSE)
