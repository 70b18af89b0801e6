"""An offer ready to print, and several of them side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marketplace.ui import formats
from marketplace.ui.kit import Text
from marketplace.ui.offers import Cell, Column, Comparison, Price, Row
from orders.hiring.models import Proposal, ProposalVersion
from orders.hiring.policies import effective_state
from orders.hiring.quotes import Quote
from orders.hiring.states import ProposalState
from orders.hiring.web.words import ZONE
from providers.listings.diff import rate_text
from providers.listings.models import PricingModel


@dataclass(frozen=True, slots=True)
class Line:
    """A line or milestone; `before` is what it was in the version before, "" where nothing changed."""

    name: str
    detail: Text
    amount: Text
    before: Text = ""
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """One version of a proposal. `changed` are its terms with what they were before."""

    number: int
    side: str
    at: datetime
    note: str
    scope: str
    scope_changed: bool
    model: Text
    items: tuple[Line, ...]
    gone: tuple[str, ...]
    stages: tuple[Line, ...]
    terms: tuple[tuple[Text, Text, Text], ...]
    total: Text
    total_before: Text
    #: What the total is for: a month, twelve months; "" for everything.
    per: Text


def offers(versions: Sequence[ProposalVersion]) -> list[Offer]:
    """Every version, newest first, each with what changed against the one before it."""
    quotes = [Quote.from_json(version.quote) for version in versions]
    older: list[Quote | None] = [*quotes[1:], None]
    return [_offer(version, quote, old) for version, quote, old in zip(versions, quotes, older, strict=True)]


def _offer(version: ProposalVersion, quote: Quote, old: Quote | None) -> Offer:
    before = {item.name: item for item in old.items} if old else {}
    stages = {stage.name: stage for stage in old.stages} if old else {}
    old_terms = dict(terms_of(old)) if old else {}
    money = quote.currency
    return Offer(
        number=version.number, side=version.side, at=version.made_at, note=version.note, scope=quote.scope,
        scope_changed=old is not None and old.scope != quote.scope, model=PricingModel(quote.model).label,
        items=tuple(
            Line(
                item.name, _times(item.quantity, item.unit_minor, money), formats.money(item.amount, money),
                _was(before[item.name].amount, item.amount, money) if item.name in before else "",
                old is not None and item.name not in before,
            )
            for item in quote.items
        ),
        gone=tuple(name for name in before if name not in {item.name for item in quote.items}),
        stages=tuple(
            Line(
                stage.name, _stage(stage.due_days, stage.deliverable), formats.money(stage.amount, money),
                _was(stages[stage.name].amount, stage.amount, money) if stage.name in stages else "",
                old is not None and stage.name not in stages,
            )
            for stage in quote.stages
        ),
        terms=tuple((name, value, _differs(old_terms.get(name), value)) for name, value in terms_of(quote)),
        total=formats.money(quote.total, money), total_before=_was(old.total, quote.total, money) if old else "",
        per=per(quote),
    )  # fmt: skip


def _differs(old: Text | None, new: Text) -> Text:
    return old if old is not None and old != new else ""


def _was(old: int, new: int, currency: str) -> Text:
    return formats.money(old, currency) if old != new else ""


def _times(quantity: int, unit: int, currency: str) -> Text:
    return f"{formats.number(quantity)} × {formats.money(unit, currency)}" if quantity > 1 else ""


def per(quote: Quote) -> Text:
    """What the total of an offer is for; "" for everything."""
    if not quote.is_standing:
        return ""
    return _("a month") if quote.period_months == 1 else _("for %(months)s") % {"months": _months(quote.period_months)}


def _months(months: int) -> str:
    return ngettext("%(n)s month", "%(n)s months", months) % {"n": months}


def _stage(days: int, deliverable: str) -> Text:
    text = _days(days)
    return f"{text} · {deliverable}" if deliverable else text


def _days(days: int) -> str:
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}


def terms_of(quote: Quote) -> list[tuple[str, Text]]:
    """The rest of an offer, label and value."""
    found: list[tuple[str, Text]] = [(_("How it is paid"), PricingModel(quote.model).label)]
    if quote.is_counted:
        found.append((_("Price of one"), formats.money(quote.items[0].unit_minor, quote.currency)))
        found.append((_("Expected a month") if quote.is_standing else _("Expected"), formats.number(quote.items[0].quantity)))
        found.append((_("Paid for"), _("What is delivered and confirmed")))
    if quote.model == "fixed" or (quote.is_counted and not quote.is_standing):
        found.append((_("Delivered within"), _days(quote.due_days)))
    if quote.model == "subscription":
        found.append((_("Paid in advance for"), _months(quote.period_months)))
    if quote.is_standing:
        found.append((_("Shortest term"), _months(quote.min_months)))
        found.append((_("Notice period"), _days(quote.notice_days)))
    found.append((_("Revisions included"), formats.number(quote.revisions)))
    if quote.commission is not None:
        found += _commission(quote)
    return found


def _commission(quote: Quote) -> list[tuple[str, Text]]:
    commission = quote.commission
    assert commission is not None  # noqa: S101  the caller has looked
    found: list[tuple[str, Text]] = [(_("Commission"), rate_text(commission.rate))]
    if commission.baseline:
        found.append((_("On monthly sales above"), formats.money(commission.baseline, quote.currency)))
    if commission.cap is not None:
        found.append((_("Most commission a month"), formats.money(commission.cap, quote.currency)))
    found.append((_("Returns are taken off the sales"), _("Yes") if commission.excludes_returns else _("No")))
    return found


def comparison(
    proposals: Sequence[Proposal], newest: dict[int, ProposalVersion], urls: Sequence[str], at: datetime
) -> Comparison:
    """Proposals side by side; rows that differ are marked."""
    quotes = [Quote.from_json(newest[proposal.pk].quote) for proposal in proposals]
    columns = tuple(
        Column(
            proposal.invitation.provider_name or _("A provider"),
            Price(
                formats.price(quote.total, quote.currency),
                _months(quote.period_months) if quote.period_months > 1 else per(quote),
            ),
            url,
            str(ProposalState(effective_state(proposal, at)).label),
        )
        for proposal, quote, url in zip(proposals, quotes, urls, strict=True)
    )
    names = list(dict.fromkeys(name for quote in quotes for name, _value in terms_of(quote)))
    told = [dict(terms_of(quote)) for quote in quotes]
    rows = [_row(name, [Cell(each.get(name, "")) for each in told]) for name in names]
    if any(quote.is_standing for quote in quotes):  # so that a month, a year and a fixed price can be held against each other
        rows.append(_row(_("Least to be paid in all"), [Cell(formats.money(quote.least, quote.currency)) for quote in quotes]))
    items = list(dict.fromkeys(item.name for quote in quotes for item in quote.items))
    rows += [_row(name, [_item_cell(quote, name) for quote in quotes]) for name in items]
    rows.append(_row(_("Milestones"), [_stages_cell(quote) for quote in quotes]))
    rows.append(_row(_("What is included"), [Cell(quote.scope) for quote in quotes]))
    until = [Cell(formats.local_datetime(proposal.expires_at, ZONE)) for proposal in proposals]
    rows.append(_row(_("Valid until"), until))
    return Comparison(_("Proposals side by side"), columns, tuple(rows))


def _row(label: Text, cells: list[Cell]) -> Row:
    return Row(label, tuple(cells), len({(str(cell.text), cell.is_yes) for cell in cells}) > 1)


def _item_cell(quote: Quote, name: str) -> Cell:
    found = [item for item in quote.items if item.name == name]
    if not found:
        return Cell(is_yes=False)
    amount = formats.money(sum(item.amount for item in found), quote.currency)
    return Cell(amount, _times(found[0].quantity, found[0].unit_minor, quote.currency) if len(found) == 1 else "")


def _stages_cell(quote: Quote) -> Cell:
    if not quote.stages:
        return Cell(is_yes=False)
    steps = " · ".join(formats.price(stage.amount, quote.currency) for stage in quote.stages)
    return Cell(formats.number(len(quote.stages)), steps)
