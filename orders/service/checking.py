"""Whether terms can be signed at all: shapes, ranges and what fits together."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from marketplace.kernel.money import MAX_MINOR, is_currency
from orders.service.clauses import checked_clauses
from orders.service.errors import BadTerms
from orders.service.terms import LEAST_AUTO_ACCEPT, MODELS, MOST_AUTO_ACCEPT, Terms

MOST_MILESTONES = 30
TITLE, SCOPE, NAME, DELIVERABLE = 140, 8_000, 80, 600


def checked(terms: Terms) -> Terms:
    """The terms with cleaned clauses. Raises BadTerms with the first thing that is wrong."""
    for message, where in problems(terms):
        raise BadTerms(message, where)
    return terms.changed(clauses=checked_clauses(terms))


def problems(terms: Terms) -> Iterator[tuple[str, str]]:
    """(what to do, where), in the order of the page."""
    yield from _heading(terms)
    yield from _milestones(terms)
    yield from _recurring(terms)
    yield from _rules(terms)


def _heading(terms: Terms) -> Iterator[tuple[str, str]]:
    if not 1 <= len(terms.title.strip()) <= TITLE:
        yield _("Give the contract a title of at most %(n)s characters.") % {"n": TITLE}, "title"
    if terms.model not in MODELS:
        yield _("Choose how the work is paid for."), "model"
    if not is_currency(terms.currency):
        yield _("Choose a currency."), "currency"
    if len(terms.scope) > SCOPE:
        yield _("Describe the work in at most %(n)s characters.") % {"n": SCOPE}, "scope"


def _milestones(terms: Terms) -> Iterator[tuple[str, str]]:
    if not terms.is_recurring and not terms.milestones:
        yield _("Add at least one milestone."), "milestones"
    if terms.is_recurring and terms.milestones:
        yield _("A standing service is paid by period; leave the milestones out."), "milestones"
    if terms.model == "fixed" and len(terms.milestones) > 1:
        yield _("A fixed price is one milestone. Choose “in milestones” for more."), "milestones"
    if len(terms.milestones) > MOST_MILESTONES:
        yield _("At most %(n)s milestones fit into a contract.") % {"n": MOST_MILESTONES}, "milestones"
    for number, milestone in enumerate(terms.milestones):
        where = f"milestones[{number}]"
        if not 1 <= len(milestone.name.strip()) <= NAME or len(milestone.deliverable) > DELIVERABLE:
            yield _("Give every milestone a name of at most %(n)s characters.") % {"n": NAME}, f"{where}.name"
        if not 0 < milestone.amount_minor <= MAX_MINOR:
            yield _("Enter what the milestone costs."), f"{where}.amount_minor"
        if milestone.due_days is not None and not 1 <= milestone.due_days <= 730:
            yield _("Enter a number from %(low)s to %(high)s.") % {"low": 1, "high": 730}, f"{where}.due_days"


def _recurring(terms: Terms) -> Iterator[tuple[str, str]]:
    if terms.is_counted:
        yield from _units(terms)
    if not terms.is_recurring:
        return
    recurring = terms.recurring
    if recurring is None:
        yield _("Say what a period costs and how long the contract runs."), "recurring"
        return
    if not terms.is_counted and not 0 < recurring.price_minor <= MAX_MINOR:
        yield _("Enter what a period costs."), "recurring.monthly_minor"
    if not 1 <= recurring.min_months <= 60 or not 1 <= recurring.period_months <= 12:
        yield _("Enter a number from %(low)s to %(high)s.") % {"low": 1, "high": 60}, "recurring.min_months"
    elif recurring.min_months % recurring.period_months:
        yield _("The shortest term is a whole number of periods."), "recurring.min_months"
    if not 0 <= recurring.notice_days <= 180:
        yield _("Enter a number from %(low)s to %(high)s.") % {"low": 0, "high": 180}, "recurring.notice_days"
    if (terms.model == "retainer_commission") != (recurring.commission is not None):
        yield _("A commission belongs to the price model “monthly fee and commission”, and only there."), "recurring.commission"
    yield from _commission(terms)


def _units(terms: Terms) -> Iterator[tuple[str, str]]:
    units = terms.units
    if units is None or not 0 < units.expected_minor <= MAX_MINOR or not units.unit.strip():
        yield _("Say what is counted, what one costs and how many are expected."), "units"
    elif not terms.is_recurring and [row.amount_minor for row in terms.milestones] != [units.expected_minor]:
        yield _("Units that are bought once are one milestone of their price times their number."), "milestones"


def _commission(terms: Terms) -> Iterator[tuple[str, str]]:
    commission = terms.recurring.commission if terms.recurring else None
    if commission is None:
        return
    if not 0 < commission.rate <= 10_000 or commission.baseline_minor < 0:
        yield _("The commission is a share between 0.01 % and 100 %."), "recurring.commission.rate"
    if commission.floor_minor is not None and commission.cap_minor is not None and commission.floor_minor > commission.cap_minor:
        yield _("The least commission is above the most."), "recurring.commission.floor_minor"


def _rules(terms: Terms) -> Iterator[tuple[str, str]]:
    numbers = {"low": LEAST_AUTO_ACCEPT, "high": MOST_AUTO_ACCEPT}
    if not LEAST_AUTO_ACCEPT <= terms.auto_accept_days <= MOST_AUTO_ACCEPT:
        yield _("Enter a number from %(low)s to %(high)s.") % numbers, "auto_accept_days"
    if terms.revisions is not None and not 0 <= terms.revisions <= 99:
        yield _("Enter a number from %(low)s to %(high)s.") % {"low": 0, "high": 99}, "revisions"
    if not 0 <= terms.late_days <= 60:
        yield _("Enter a number from %(low)s to %(high)s.") % {"low": 0, "high": 60}, "late_days"
    if terms.trial is not None and not (terms.is_recurring and 1 <= terms.trial.days <= 60):
        yield _("A trial belongs to a standing service and lasts 1 to 60 days."), "trial"
