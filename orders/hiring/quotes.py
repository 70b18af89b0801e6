"""What a provider offers, as a value: line items, how it is paid, milestones. Amounts are minor units of `currency`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from marketplace.kernel.money import MAX_MINOR, largest_remainder
from orders.hiring.limits import MOST_ITEMS, MOST_MILESTONES
from providers.catalogue.rates import CURRENCIES
from providers.listings.shape import clean_text

#: Price models a proposal can have: of the total at once, in parts, or by the month.
MODELS = ("fixed", "milestone", "retainer", "retainer_commission")
MONTHLY = frozenset({"retainer", "retainer_commission"})


@dataclass(frozen=True, slots=True)
class Item:
    """A line: how many of what at which price."""

    name: str
    quantity: int
    unit_minor: int

    @property
    def amount(self) -> int:
        return self.quantity * self.unit_minor


@dataclass(frozen=True, slots=True)
class Stage:
    """A milestone: a part of the total, due so many days after it was funded, and what is handed over."""

    name: str
    amount: int
    due_days: int
    deliverable: str = ""


@dataclass(frozen=True, slots=True)
class Commission:
    """A share of the sales above a baseline, in 1/10,000; amounts a month."""

    rate: int
    baseline: int = 0
    cap: int | None = None
    excludes_returns: bool = True


@dataclass(frozen=True, slots=True)
class Quote:
    """An offer. For monthly models the items are what one month costs."""

    model: str
    currency: str
    scope: str
    items: tuple[Item, ...]
    stages: tuple[Stage, ...] = ()
    due_days: int = 14
    revisions: int = 2
    min_months: int = 1
    notice_days: int = 30
    commission: Commission | None = None

    @property
    def total(self) -> int:
        return sum(item.amount for item in self.items)

    @property
    def is_monthly(self) -> bool:
        return self.model in MONTHLY

    def to_json(self) -> dict[str, Any]:
        return {
            "model": self.model,
            "currency": self.currency,
            "scope": self.scope,
            "items": [{"name": i.name, "quantity": i.quantity, "unit_minor": i.unit_minor} for i in self.items],
            "stages": [
                {"name": s.name, "amount": s.amount, "due_days": s.due_days, "deliverable": s.deliverable} for s in self.stages
            ],
            "due_days": self.due_days,
            "revisions": self.revisions,
            "min_months": self.min_months,
            "notice_days": self.notice_days,
            "commission": None
            if self.commission is None
            else {
                "rate": self.commission.rate,
                "baseline": self.commission.baseline,
                "cap": self.commission.cap,
                "excludes_returns": self.commission.excludes_returns,
            },
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Quote":
        """Of `to_json`."""
        commission = stored.get("commission")
        return cls(
            model=stored["model"],
            currency=stored["currency"],
            scope=stored["scope"],
            items=tuple(Item(**item) for item in stored["items"]),
            stages=tuple(Stage(**stage) for stage in stored["stages"]),
            due_days=stored["due_days"],
            revisions=stored["revisions"],
            min_months=stored["min_months"],
            notice_days=stored["notice_days"],
            commission=Commission(**commission) if commission else None,
        )


def cleaned(quote: Quote) -> Quote:
    """Tidy texts; without what its price model has no use for; one milestone where none was named."""
    items = tuple(Item(clean_text(item.name), item.quantity, item.unit_minor) for item in quote.items)
    stages = tuple(Stage(clean_text(s.name), s.amount, s.due_days, clean_text(s.deliverable)) for s in quote.stages)
    return Quote(
        model=quote.model,
        currency=quote.currency,
        scope=clean_text(quote.scope),
        items=items,
        stages=stages if quote.model == "milestone" else (),
        due_days=quote.due_days,
        revisions=quote.revisions,
        min_months=quote.min_months if quote.is_monthly else 1,
        notice_days=quote.notice_days if quote.is_monthly else 0,
        commission=quote.commission if quote.model == "retainer_commission" else None,
    )


def problems(quote: Quote) -> list[str]:
    """What stands against sending it, in sentences."""
    found = []
    if quote.model not in MODELS:
        found.append(_("Choose how the work is paid."))
    if quote.currency not in CURRENCIES:
        found.append(_("Choose a currency of the list."))
    if len(quote.scope) < 10:
        found.append(_("Say in a sentence what is included."))
    found += _item_problems(quote)
    if quote.model == "milestone":
        found += _stage_problems(quote)
    if quote.model == "retainer_commission" and (quote.commission is None or not 0 < quote.commission.rate <= 5_000):
        found.append(_("Give the commission as a percentage above 0 and up to 50."))
    if not (1 <= quote.due_days <= 730 and 0 <= quote.revisions <= 50 and 1 <= quote.min_months <= 36):
        found.append(_("A number of days, months or revisions is out of range."))
    if quote.is_monthly and not 0 <= quote.notice_days <= 180:
        found.append(_("The notice period is 0 to 180 days."))
    return found


def _item_problems(quote: Quote) -> list[str]:
    if not quote.items:
        return [_("Add at least one line with a price.")]
    if len(quote.items) > MOST_ITEMS:
        return [_("At most %(most)s lines fit into a proposal.") % {"most": MOST_ITEMS}]
    wrong = any(not i.name or not 1 <= i.quantity <= 100_000 or not 0 <= i.unit_minor <= MAX_MINOR for i in quote.items)
    if wrong or not 0 < quote.total <= MAX_MINOR:
        return [_("Every line needs a name, a quantity and a price; the total must be above zero.")]
    return []


def _stage_problems(quote: Quote) -> list[str]:
    if not quote.stages or len(quote.stages) > MOST_MILESTONES:
        return [_("Name one to %(most)s milestones.") % {"most": MOST_MILESTONES}]
    if any(not stage.name or stage.amount <= 0 or not 1 <= stage.due_days <= 730 for stage in quote.stages):
        return [_("Every milestone needs a name, an amount above zero and a number of days.")]
    if sum(stage.amount for stage in quote.stages) != quote.total:
        return [_("The milestones must add up to the total of the lines.")]
    return []


def stages_of(quote: Quote, name: str) -> tuple[Stage, ...]:
    """The milestones of the contract: as named, else one for everything under `name`; none for monthly models."""
    if quote.is_monthly:
        return ()
    return quote.stages or (Stage(name, quote.total, quote.due_days),)


def scaled(stages: tuple[Stage, ...], total: int) -> tuple[Stage, ...]:
    """The same milestones for another total, in proportion and exactly."""
    shares = largest_remainder(total, [stage.amount for stage in stages])
    return tuple(Stage(s.name, amount, s.due_days, s.deliverable) for s, amount in zip(stages, shares, strict=True))
