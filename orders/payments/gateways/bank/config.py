"""The operator's account; without one the bank transfer is not offered."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

NAME = "bank"
LABEL = _("Bank transfer")
TEXT = _("Transfer from your company's account with a reference. Confirmed within one working day.")
ICON = "coins"
#: Ten days: weekends, holidays and transfers from abroad.
MINUTES = 10 * 24 * 60


def account() -> dict[str, str]:
    """Holder, bank and account number."""
    return dict(settings.PAY_IN_BANK)
