"""A payout that came back: what has to be done, and whose move it is. For staff."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from marketplace.ui.formats import local_date, local_datetime
from orders.payouts.accounts import ZONE
from orders.payouts.eligibility import payable
from orders.payouts.models import Payout
from orders.payouts.queries import accounts_of
from orders.payouts.schedule import payout_day


@dataclass(frozen=True)
class Advice:
    """What to do about a bounced payout. `who` is "provider", "staff" or "nobody" (time does it)."""

    who: str
    title: str
    text: str


def advise(row: Payout, at: datetime) -> Advice:
    """The next step for a payout that came back. Needs the provider's scope."""
    if row.account.state == "returned":
        cooling = next((each for each in accounts_of(row.provider_id) if each.is_cooling(at)), None)
        if cooling is not None and cooling.usable_from is not None:
            return _waits_for_account(cooling.last4, cooling.usable_from)
    due = payable(row.provider_id, row.currency, at)
    if due.account is None:
        text = _("The bank refused the account. The provider was told; when a week has gone by, call or write to the company.")
        return Advice("provider", _("The provider has to enter another account"), text)
    if due.reasons:
        return Advice("staff", _("Something else keeps it back"), " ".join(str(reason.text) for reason in due.reasons))
    day = {"day": local_date(payout_day(at), ZONE), "digits": due.account.last4}
    text = _("It goes to the account that ends in %(digits)s. If the bank's reason speaks against that, ask the provider first.")
    return Advice("nobody", _("It leaves again with the batch of %(day)s") % day, text % day)


def _waits_for_account(last4: str, usable_from: datetime) -> Advice:
    facts = {"digits": last4, "moment": local_datetime(usable_from, ZONE)}
    text = _("A new account that ends in %(digits)s is confirmed and used from %(moment)s; the next batch after that takes it.")
    return Advice("nobody", _("The new account still cools off"), text % facts)
