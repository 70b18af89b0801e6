"""The gate's rules, without the database: what is true of a provider, and what it may do then."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from django.utils.translation import gettext_lazy as _

from marketplace.ui.formats import local_date
from marketplace.ui.kit import Text
from providers.onboarding.states import VERIFIED

Act = Literal["list", "take_orders", "bid", "payout"]
ACTS: tuple[Act, ...] = ("list", "take_orders", "bid", "payout")


@dataclass(frozen=True)
class Reason:
    """Why not: a code for programs, a sentence for people, and the path of the page where it is put right ("" if none)."""

    code: str
    text: Text
    url: str = ""


@dataclass(frozen=True)
class Circumstances:
    """What is true of a provider at a moment, as far as the gate asks.

    `application` and `exit` are states, "" for none. `is_qualified`: in the category asked about, or in any when none was named.
    `deposit_covers`: what is held and what need not be topped up yet reach what the category asks for. `order_cap`: the largest
    order of a trial, in fen.
    """

    application: str = ""
    exit: str = ""
    is_qualified: bool = False
    deposit_covers: bool = False
    deposit_was_paid: bool = False
    orders_left: int = 0
    order_cap: int = 0
    is_paused_by_ruling: bool = False
    has_exited_by_ruling: bool = False
    is_open: bool = True
    free_from: date | None = None

    @property
    def is_leaving(self) -> bool:
        return self.exit in ("requested", "left", "refunded") or self.has_exited_by_ruling

    @property
    def is_on_trial(self) -> bool:
        """Orders are taken without a deposit: only a provider who never paid one, and only the first few (A6)."""
        return not self.deposit_covers and not self.deposit_was_paid and self.orders_left > 0


def reasons_against(act: Act, known: Circumstances) -> list[Reason]:
    """Why the provider may not do this; empty when it may.

    | act | asks for |
    |---|---|
    | payout | a verified company |
    | list | … and the category, no ruling against it, not leaving |
    | bid | … and the deposit, or a trial |
    | take_orders | … and room for a job |
    """
    found = _company(known)
    if act == "payout":
        return found
    found += _market(known)
    if act == "list":
        return found
    found += _deposit(known)
    return found if act == "bid" else found + _capacity(known)


def _company(known: Circumstances) -> list[Reason]:
    if known.application in VERIFIED:
        return []
    page = "/desk/onboarding/"
    if known.application == "suspended":
        return [Reason("SUSPENDED", _("The company is suspended."), page)]
    if known.application == "expired":
        return [Reason("EXPIRED", _("The business licence has expired. Hand in the renewed one."), page)]
    return [Reason("NOT_VERIFIED", _("The company is not verified yet."), page)]


def _market(known: Circumstances) -> list[Reason]:
    found = []
    if known.is_leaving:
        found.append(Reason("LEAVING", _("The company is leaving the market, or has left."), "/desk/exit/"))
    if not known.is_qualified:
        text = _("The company is not approved for this category.")
        found.append(Reason("NOT_QUALIFIED", text, "/desk/onboarding/categories/"))
    if known.is_paused_by_ruling:
        found.append(Reason("PAUSED_BY_RULING", _("A ruling has paused the company."), "/desk/standing/"))
    return found


def _deposit(known: Circumstances) -> list[Reason]:
    if known.deposit_covers or known.is_on_trial:
        return []
    if known.deposit_was_paid:
        return [Reason("DEPOSIT_SHORT", _("The deposit is not topped up."), "/desk/deposit/")]
    return [Reason("DEPOSIT_DUE", _("No trial orders are left; the deposit is due now."), "/desk/deposit/")]


def _capacity(known: Circumstances) -> list[Reason]:
    if known.is_open:
        return []
    if known.free_from is None:
        return [Reason("NO_CAPACITY", _("The company takes no new orders at the moment."))]
    text = _("The company takes new orders again from %(day)s.") % {"day": local_date(known.free_from)}
    return [Reason("NO_CAPACITY", text)]
