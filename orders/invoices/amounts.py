"""What can be invoiced: what was paid and stayed paid, less what is invoiced already. From escrow's rows, exact minor units."""

from collections.abc import Iterable

from django.db.models import F, Sum

from orders.escrow.models import Deal, Release, Reversal
from orders.invoices.models import CommissionInvoice, InvoiceRequest, ServiceInvoice
from orders.invoices.states import ALIVE
from orders.payouts.models import Statement
from orders.payouts.statements import bounds


def released(deal: Deal) -> int:
    """What the provider was given in this contract and still has, fees included: his service fee."""
    rows = Release.objects.filter(merchant_id=deal.merchant_id, deal=deal)
    return rows.aggregate(total=Sum(F("gross") - F("reversed")))["total"] or 0


def charged(statement: Statement) -> int:
    """The commission on what was released in the statement's month, less what was given back of it since.

    A fee given back later lowers the month it was charged in, not the one it was given back in: the invoice of that month is the
    one to be corrected. Over all months this is what the market took.
    """
    begin, end = bounds(statement.month)
    mine = {"provider_id": statement.provider_id}
    rows = Release.objects.filter(**mine, currency=statement.currency, released_at__gte=begin, released_at__lt=end)
    fees = rows.aggregate(total=Sum("fee"))["total"] or 0
    back = Reversal.objects.filter(
        **mine, release__provider_id=statement.provider_id, release__currency=statement.currency,
        release__released_at__gte=begin, release__released_at__lt=end,
    )  # fmt: skip
    return int(fees - (back.aggregate(total=Sum("fee_back"))["total"] or 0))


def invoiced(rows: Iterable[InvoiceRequest]) -> int:
    """What requests that are alive take up."""
    return sum(row.invoiced for row in rows if row.state in ALIVE)


def left_of_deal(deal: Deal) -> int:
    """What a merchant can still ask about. Needs a party's scope."""
    rows = ServiceInvoice.objects.filter(merchant_id=deal.merchant_id, deal=deal, state__in=ALIVE)
    return max(0, released(deal) - invoiced(rows))


def left_of_statement(statement: Statement) -> int:
    """What a provider can still ask about. Needs its scope."""
    rows = CommissionInvoice.objects.filter(provider_id=statement.provider_id, statement=statement, state__in=ALIVE)
    return max(0, charged(statement) - invoiced(rows))
