"""Whether, and how much, would be paid to a provider now; and if not, why. The weekly batch asks, and the provider's page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from marketplace.ui.formats import money
from orders.payouts.accounts import rightful_holders
from orders.payouts.books import EARNINGS, balance
from orders.payouts.models import PayoutAccount
from orders.payouts.queries import account_in_use
from orders.payouts.rules import smallest_payout
from providers.onboarding.circumstances import Reason
from providers.onboarding.gate import may

PAGE = "/desk/earnings/account/"


@dataclass(frozen=True)
class Payable:
    """What would leave now. `amount` is the whole balance, minor units; `account` where it would go."""

    amount: int
    account: PayoutAccount | None
    reasons: Sequence[Reason] = ()

    @property
    def is_due(self) -> bool:
        return self.account is not None and not self.reasons


def payable(provider_id: int, currency: str, at: datetime) -> Payable:
    """Needs the provider's scope."""
    amount, account = balance(provider_id, EARNINGS, currency), account_in_use(provider_id, at)
    reasons = list(may(provider_id, "payout", at=at).reasons)
    if account is None:
        reasons.append(Reason("NO_ACCOUNT", _("There is no account in use that could be paid to."), PAGE))
    elif account.holder not in rightful_holders(provider_id):
        reasons.append(Reason("OTHER_HOLDER", _("The account does not belong to the company as it is verified now."), PAGE))
    if amount < smallest_payout(currency):
        text = _("Less than %(amount)s stay until the next week.") % {"amount": money(smallest_payout(currency), currency)}
        reasons.append(Reason("TOO_LITTLE", text))
    return Payable(amount, account, tuple(reasons))
