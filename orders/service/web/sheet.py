"""Terms as lines that people read: on the page, in the comparison of two versions, and on paper."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from marketplace.ui import formats
from marketplace.ui.kit import Text
from orders.service.clauses import described
from orders.service.terms import CommissionTerms, MilestoneTerms, Terms
from orders.service.web.words import MODELS
from providers.catalogue.models import Category
from providers.listings.diff import rate_text


@dataclass(frozen=True, slots=True)
class Line:
    """One thing agreed. `key` is the same in every version; `own` marks words of the parties, which are not translated."""

    key: str
    label: Text
    value: str
    own: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """A line in two versions; "" where it was not there."""

    label: Text
    old: str
    new: str
    own: bool

    @property
    def is_changed(self) -> bool:
        return self.old != self.new


def lines_of(terms: Terms) -> list[Line]:
    """Everything agreed, in the order of the contract, in the reader's language."""
    return [*_heading(terms), *_price(terms), *_rules(terms), *_ending(terms)]


def compared(old: Terms, new: Terms) -> list[Change]:
    """Both versions side by side, in the order of the newer one; what was dropped comes last."""
    before = {line.key: line for line in lines_of(old)}
    after = {line.key: line for line in lines_of(new)}
    rows = [*after.values(), *(line for key, line in before.items() if key not in after)]
    return [
        Change(
            row.label,
            before[row.key].value if row.key in before else "",
            after[row.key].value if row.key in after else "",
            row.own,
        )
        for row in rows
    ]


def _heading(terms: Terms) -> Iterator[Line]:
    yield Line("title", _("Title"), terms.title, own=True)
    yield Line("category", _("Category"), category_name(terms.category))
    yield Line("model", pgettext("terms", "Paid"), str(MODELS[terms.model]))
    if terms.scope:
        yield Line("scope", _("Scope of work"), terms.scope, own=True)


def category_name(slug: str) -> str:
    found = Category.objects.filter(slug=slug).first()
    return found.name if found is not None else slug


def _price(terms: Terms) -> Iterator[Line]:
    for number, milestone in enumerate(terms.milestones, 1):
        label = _("Milestone %(n)s") % {"n": number}
        yield Line(f"milestone:{number}", label, _milestone(milestone, terms.currency), own=True)
    if terms.units is not None:
        each = formats.money(terms.units.price_minor, terms.currency)
        yield Line("unit", _("Price of one"), f"{each} / {terms.units.unit}", own=True)
        yield Line("quantity", _("Expected per period"), f"{formats.number(terms.units.quantity)} {terms.units.unit}", own=True)
    if terms.recurring is not None:
        yield from _recurring(terms)
    label = _("Price of the shortest term") if terms.is_recurring else pgettext("terms", "Whole price")
    yield Line("total", label, formats.money(terms.total_minor, terms.currency))


def _milestone(milestone: MilestoneTerms, currency: str) -> str:
    parts = [milestone.name, formats.money(milestone.amount_minor, currency)]
    if milestone.due_on is not None:
        parts.append(_("due %(day)s") % {"day": formats.local_date(milestone.due_on)})
    elif milestone.due_days is not None:
        days = ngettext("%(n)s day after payment", "%(n)s days after payment", milestone.due_days)
        parts.append(days % {"n": milestone.due_days})
    if milestone.deliverable:
        parts.append(milestone.deliverable)
    return " · ".join(parts)


def _months(number: int) -> str:
    return ngettext("%(n)s month", "%(n)s months", number) % {"n": number}


def _recurring(terms: Terms) -> Iterator[Line]:
    recurring = terms.recurring
    if recurring is None:
        return
    if not terms.is_counted:
        price = formats.money(recurring.price_minor, terms.currency)
        yield Line("period", _("Price of a period"), f"{price} / {_months(recurring.period_months)}")
    yield Line("term", _("Shortest term"), _months(recurring.min_months))
    if recurring.commission is not None:
        yield Line("commission", pgettext("terms", "Share of sales"), _commission(recurring.commission, terms.currency))
    yield Line("notice", _("Notice period"), _days(recurring.notice_days))


def _commission(share: CommissionTerms, currency: str) -> str:
    parts = [rate_text(share.rate)]
    if share.baseline_minor:
        parts.append(_("of what is above %(amount)s a month") % {"amount": formats.money(share.baseline_minor, currency)})
    if share.floor_minor is not None:
        parts.append(_("at least %(amount)s") % {"amount": formats.money(share.floor_minor, currency)})
    if share.cap_minor is not None:
        parts.append(_("at most %(amount)s") % {"amount": formats.money(share.cap_minor, currency)})
    parts.append(_("returns taken off") if share.excludes_returns else _("returns counted"))
    return " · ".join(parts)


def _days(number: int) -> str:
    return ngettext("%(n)s day", "%(n)s days", number) % {"n": number}


def _rules(terms: Terms) -> Iterator[Line]:
    rounds = _("no limit") if terms.revisions is None else formats.number(terms.revisions)
    yield Line("revisions", _("Rounds of changes included"), rounds)
    yield Line("auto_accept", _("Time to look at a delivery"), _days(terms.auto_accept_days))
    yield Line("late", _("Late delivery can be cancelled after"), _days(terms.late_days))
    if terms.trial is not None:
        hours = ngettext("%(n)s hour of work", "%(n)s hours of work", terms.trial.hours or 0) % {"n": terms.trial.hours or 0}
        yield Line("trial", _("Trial"), " · ".join([_days(terms.trial.days), *([hours] if terms.trial.hours else [])]))
    for number, text in enumerate(described(terms), 1):
        yield Line(f"clause:{number}", pgettext("terms", "Clause"), text)


def _ending(terms: Terms) -> Iterator[Line]:
    sides = {"merchant": _("Merchant"), "provider": _("Service provider")}
    for number, row in enumerate(terms.handover, 1):
        yield Line(f"handover:{number}", _("Handed over at the end"), f"{row.text} ({sides[row.side]})", own=True)


def changed_only(rows: Sequence[Change]) -> list[Change]:
    return [row for row in rows if row.is_changed]
