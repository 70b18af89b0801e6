"""A row in every table of invoices, one of each kind that people can act in, and a month whose commission can be asked for."""

from datetime import UTC, date, datetime
from itertools import count

from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from orders.escrow.models import Deal
from orders.invoices import queries
from orders.invoices.files import checked
from orders.invoices.operations import acting, asking
from orders.invoices.titles import Title
from orders.payouts.models import Statement
from providers.onboarding.credit_code import check_digit
from tests import cast
from tests.providers.onboarding import papers

NOW = datetime(2026, 3, 6, 12, tzinfo=UTC)
CODE = "91330106MA2800001" + check_digit("91330106MA2800001")
numbers = count(90_000_001)
keys = count()


def fill(merchant: cast.Merchant, provider: cast.Provider) -> dict[str, int]:
    """`invoice` and `commission` are withdrawn by who asked, `issuer_invoice` is refused; `…paper` are read."""
    figures = dict.fromkeys(("opening", "released", "fees", "fees_back", "taken_back", "paid_out", "other", "closing"), 0)
    with scope(merchant.id):
        deal = Deal.objects.get(merchant_id=merchant.id, number=f"E-{merchant.slug}")
    with scope(provider.id):
        month = Statement.objects.create(
            provider_id=provider.id, month=date(2026, 3, 1), currency="CNY", line_count=0, made_at=NOW, **figures
        )
    found = {"invoice_deal": deal.pk, "invoice_statement": month.pk}
    for name in ("invoice", "issuer_invoice", "issued"):
        found[name] = asking.ask_service_invoice(
            merchant_id=merchant.id, deal_id=deal.pk, wish=_wish(merchant.slug), by=CLI, at=NOW
        ).pk  # fmt: skip
    for name in ("commission", "issued_commission"):
        found[name] = asking.ask_commission_invoice(
            provider_id=provider.id, statement_id=month.pk, wish=_wish(provider.slug), by=CLI, at=NOW
        ).pk  # fmt: skip
    found["service_paper"] = _issued(asking.ServiceInvoice, acting.Party(provider.id), found["issued"], merchant.slug)
    staff = acting.Party(provider.id, is_market=True)
    found["commission_paper"] = _issued(asking.CommissionInvoice, staff, found["issued_commission"], provider.slug)
    for name, organization_id in (("merchant_title", merchant.id), ("provider_title", provider.id)):
        with scope(organization_id):
            found[name] = queries.titles_of(organization_id)[0].pk
    return found


def _wish(slug: str) -> asking.Wish:
    return asking.Wish(Title("general", slug, CODE), 100, f"fill-{next(keys)}", note=slug)


def _issued(model: queries.Model, party: acting.Party, pk: int, slug: str) -> int:
    made = acting.Made(str(next(numbers)), date(2026, 3, 6), 100, checked(papers.pdf(slug), name=f"{slug}.pdf"))
    row = acting.issue(model=model, party=party, pk=pk, made=made, by=CLI, at=NOW)
    with scope(party.organization_id):
        return queries.papers_of(row)[0].pk
