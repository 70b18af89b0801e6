"""Fapiao of the demo: what a merchant asks a provider for, what a provider asks the market for, and what the issuers do."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from marketplace.tenancy.scope import scope
from orders.demo.acts import WHOLE, Act, Step, order_of
from orders.escrow.models import Deal as MoneyDeal
from orders.escrow.models import Release
from orders.invoices import amounts, files
from orders.invoices.models import CommissionInvoice, ServiceInvoice
from orders.invoices.operations import acting, asking
from orders.invoices.titles import Title
from orders.payouts.accounts import ZONE
from orders.payouts.operations.stating import make_statement
from providers.demo import papers
from providers.onboarding.models import Application

if TYPE_CHECKING:
    from orders.demo.telling import Deal

MERCHANT = ("浙江云朵商贸有限公司", "杭州市余杭区文一西路 1 号", "0571-86668888", "招商银行杭州余杭支行")
Found = ServiceInvoice | CommissionInvoice


def _service(deal: "Deal") -> list[ServiceInvoice]:
    order = deal.order()
    with scope(deal.merchant.id):
        found = ServiceInvoice.objects.filter(merchant_id=deal.merchant.id, deal_id=order.deal_id or 0 if order else 0)
        return list(found.order_by("id"))


def _commission(deal: "Deal") -> list[CommissionInvoice]:
    with scope(deal.provider.id):
        return list(CommissionInvoice.objects.filter(provider_id=deal.provider.id).order_by("id"))


def _title(slug: str, company: tuple[str, str, str, str], sort: str) -> Title:
    name, *rest = company
    more = [*rest, papers.bank_account(slug)] if sort == "special" else []
    return Title(sort, name, papers.credit_code(slug), *more)


def _key(deal: "Deal", step: Step) -> str:
    return f"demo:{deal.row['name'][:20]}:{step['days']}"


def _ask(deal: "Deal", step: Step) -> None:
    """`share` of what is left, in 1/10,000; all of it without one."""
    with scope(deal.merchant.id):
        row = MoneyDeal.objects.get(merchant_id=deal.merchant.id, pk=order_of(deal).deal_id or 0)
        amount = amounts.left_of_deal(row) * step.get("share", WHOLE) // WHOLE
    wish = asking.Wish(_title("yunduo", MERCHANT, step["sort"]), amount, _key(deal, step), step.get("note", ""))
    asking.ask_service_invoice(merchant_id=deal.merchant.id, deal_id=row.pk, wish=wish, by=deal.merchant.by, at=deal.moment(step))


def _ask_commission(deal: "Deal", step: Step) -> None:
    """About the month of the contract's first release, once that month is over."""
    provider_id, at = deal.provider.id, deal.moment(step)
    with scope(provider_id):
        first = Release.objects.filter(provider_id=provider_id, deal_id=order_of(deal).deal_id or 0).earliest("released_at")
        company = Application.objects.get(provider_id=provider_id)
    month = first.released_at.astimezone(ZONE).date().replace(day=1)
    statement = make_statement(provider_id=provider_id, month=month, currency="CNY", by=deal.provider.by, at=at)
    if statement is None:
        raise LookupError(f"{deal.row['name']}: no statement")
    with scope(provider_id):
        amount = amounts.left_of_statement(statement)
    title = Title("general", company.company_name, company.credit_code)
    wish = asking.Wish(title, amount, _key(deal, step))
    asking.ask_commission_invoice(provider_id=provider_id, statement_id=statement.pk, wish=wish, by=deal.provider.by, at=at)


def _act(name: str, deal: "Deal", step: Step, rows: list[Any]) -> None:
    """An act on the newest request that allows it: one side's, or staff's on a commission."""
    wanted = {"return": "issued", "reverse": "to_reverse"}.get(name, "asked")
    row: Found | None = next((each for each in reversed(rows) if each.state == wanted), None)
    if row is None:
        raise LookupError(f"{deal.row['name']}: no request is {wanted}")
    is_market = isinstance(row, CommissionInvoice)
    side = deal.merchant if name == "return" else deal.provider
    by = deal.staff if is_market else side.by
    party, at = acting.Party(side.id, is_market=is_market), deal.moment(step)
    call: dict[str, Any] = {"model": type(row), "party": party, "pk": row.pk, "by": by, "at": at}
    if name in ("issue", "reverse"):
        paper = _paper(row, row.excess or row.amount, step)
        made = acting.Made(step["number"], (at - timedelta(hours=8)).astimezone(ZONE).date(), row.excess or row.amount, paper)
        (acting.issue if name == "issue" else acting.reverse)(**call, made=made)
    else:
        (acting.send_back if name == "return" else acting.refuse)(**call, reason=step["reason"])


def _paper(row: Found, amount: int, step: Step) -> files.File:
    lines = (f"Number {step['number']}", f"Tax id {row.tax_id}", f"Amount CNY {amount / 100:.2f}")
    return files.checked(papers.specimen("Electronic fapiao", *lines), name=f"{step['number']}.pdf")


def _in(rows: list[Any], n: int, *states: str) -> bool:
    return sum(row.state in states for row in rows) > n


GIVEN = ("issued", "to_reverse", "reversed")
ACTS: dict[str, Act] = {
    "ask_fapiao": Act(lambda deal, n, _step: len(_service(deal)) > n, _ask),
    "issue_fapiao": Act(
        lambda deal, n, _step: _in(_service(deal), n, *GIVEN), lambda deal, step: _act("issue", deal, step, _service(deal))
    ),
    "refuse_fapiao": Act(
        lambda deal, n, _step: _in(_service(deal), n, "refused"), lambda deal, step: _act("refuse", deal, step, _service(deal))
    ),
    "return_fapiao": Act(
        lambda deal, n, _step: _in(_service(deal), n, "to_reverse", "reversed"),
        lambda deal, step: _act("return", deal, step, _service(deal)),
    ),
    "reverse_fapiao": Act(
        lambda deal, n, _step: _in(_service(deal), n, "reversed"), lambda deal, step: _act("reverse", deal, step, _service(deal))
    ),
    "ask_commission_fapiao": Act(lambda deal, n, _step: len(_commission(deal)) > n, _ask_commission),
    "issue_commission_fapiao": Act(
        lambda deal, n, _step: _in(_commission(deal), n, *GIVEN),
        lambda deal, step: _act("issue", deal, step, _commission(deal)),
    ),
}
