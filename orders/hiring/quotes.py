"""What a provider offers, as a value: line items, how it is paid, milestones. Amounts are minor units of `currency`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from marketplace.kernel.money import MAX_MINOR, largest_remainder
from orders.hiring.limits import MOST_ITEMS, MOST_MILESTONES
from providers.catalogue.rates import CURRENCIES
from providers.listings.shape import clean_text

#: Price models a proposal can have; every one a contract has (`orders.service.terms.MODELS`).
MODELS = ("fixed", "milestone", "retainer", "retainer_commission", "seat_shift", "unit", "subscription")
#: Paid by what was confirmed; one line says what is counted.
COUNTED = frozenset({"seat_shift", "unit"})
#: Months of a subscription that are paid at a time.
PERIODS = (1, 3, 6, 12)


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
    """An offer. Of a standing service the items are what one period costs: a month, or `period_months` of a subscription.

    Where units are counted the only item is the unit, its price, and how many are expected (of a standing service: a month).
    """

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
    #: A subscription's period.
    period_months: int = 1
    #: Units: every month until somebody ends it, instead of once.
    every_month: bool = False

    @property
    def total(self) -> int:
        return sum(item.amount for item in self.items)

    @property
    def is_standing(self) -> bool:
        """Paid period by period until somebody ends it."""
        return self.model not in ("fixed", "milestone", "unit") or (self.model == "unit" and self.every_month)

    @property
    def is_counted(self) -> bool:
        return self.model in COUNTED

    @property
    def least(self) -> int:
        """The whole price; of a standing service what its shortest term costs, without commission."""
        return self.total * (-(-self.min_months // self.period_months) if self.is_standing else 1)

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
            "period_months": self.period_months,
            "every_month": self.every_month,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Quote":
        """Of `to_json`; offers from before there were periods and counted units have none."""
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
            period_months=stored.get("period_months", 1),
            every_month=stored.get("every_month", False),
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
        min_months=quote.min_months if quote.is_standing else 1,
        notice_days=quote.notice_days if quote.is_standing else 0,
        commission=quote.commission if quote.model == "retainer_commission" else None,
        period_months=quote.period_months if quote.model == "subscription" else 1,
        every_month=quote.every_month if quote.model == "unit" else False,
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
    return found + list(_standing_problems(quote))


def _standing_problems(quote: Quote) -> Iterator[str]:
    if quote.is_standing and not 0 <= quote.notice_days <= 180:
        yield _("The notice period is 0 to 180 days.")
    if quote.period_months not in PERIODS:
        yield _("Choose one of the periods.")
    elif quote.is_standing and quote.min_months % quote.period_months:
        yield _("The shortest term is a whole number of periods.")


def _item_problems(quote: Quote) -> list[str]:
    if not quote.items:
        return [_("Add at least one line with a price.")]
    if quote.is_counted and len(quote.items) > 1:
        return [_("One line says what is counted. Choose another way to be paid for several things.")]
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
    """The milestones of the contract: as named, else one for everything under `name`; none for standing services."""
    if quote.is_standing:
        return ()
    return quote.stages or (Stage(name, quote.total, quote.due_days),)


def scaled(stages: tuple[Stage, ...], total: int) -> tuple[Stage, ...]:
    """The same milestones for another total, in proportion and exactly."""
    shares = largest_remainder(total, [stage.amount for stage in stages])
    return tuple(Stage(s.name, amount, s.due_days, s.deliverable) for s, amount in zip(stages, shares, strict=True))
