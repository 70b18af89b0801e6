"""Monthly statements: made once when the month is over, and never changed."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from marketplace.audit.operations import record
from marketplace.kernel.errors import UserError
from marketplace.outbox import both
from marketplace.outbox.people import Fact, tell
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.payouts import queries
from orders.payouts.books import balances
from orders.payouts.models import Statement
from orders.payouts.statements import bounds, figures, stored_figures


class MonthNotOver(UserError):
    """A statement of a month that can still change."""


def make_statement(*, provider_id: int, month: date, currency: str, by: Actor, at: datetime) -> Statement | None:
    """The month's statement; None when nothing was owed and nothing moved. Making it again gives the one there is.

    Raises MonthNotOver.
    """
    month = month.replace(day=1)
    if at < bounds(month)[1]:
        raise MonthNotOver(_("This month is not over yet."))
    with scope(provider_id, durable=True):
        own = {"provider_id": provider_id, "month": month, "currency": currency}
        found = Statement.objects.filter(**own).first()
        columns = {} if found else figures(provider_id, month, currency)
        if found or not (columns["line_count"] or columns["opening"]):
            return found
        row, is_new = Statement.objects.get_or_create(**own, defaults={**columns, "made_at": at})
        if is_new:
            facts = {"number": row.number, "closing": row.closing, "currency": currency}
            record(merchant_id=provider_id, by=by, action="orders.statement.made", facts=facts)
            told: dict[str, Fact] = {"month": f"{month:%Y-%m}", "amount": both.money(row.closing, currency)}
            tell(
                organization_id=provider_id, kind="orders.statement.made", facts=told,
                url=f"/desk/earnings/statements/{row.pk}/", effect_key=f"statement:{row.pk}", at=at,
            )  # fmt: skip
        return row


def make_statements(*, provider_id: int, month: date, by: Actor, at: datetime) -> int:
    """The month's statements in every currency the provider has; how many there are now."""
    with scope(provider_id, read_only=True):
        currencies = sorted(balances(provider_id))
    made = [make_statement(provider_id=provider_id, month=month, currency=code, by=by, at=at) for code in currencies]
    return sum(row is not None for row in made)


@dataclass(frozen=True)
class Difference:
    """A stored statement that the ledger does not give."""

    provider_id: int
    number: str
    stored: dict[str, int]
    found: dict[str, int]


def verify_statements() -> tuple[int, list[Difference]]:
    """Compute every statement again from the ledger alone; how many there are, and those that differ."""
    count, off = 0, []
    for row in queries.all_statements():
        count += 1
        with scope(row.provider_id, read_only=True):
            found = figures(row.provider_id, row.month, row.currency)
        if found != stored_figures(row):
            off.append(Difference(row.provider_id, row.number, stored_figures(row), found))
    return count, off
