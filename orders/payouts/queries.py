"""Reading accounts, payouts and batches. A provider's rows need its scope; what spans providers is read as the system role."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from django.db import connections
from django.db.models import Count, Exists, OuterRef, QuerySet, Sum
from django.utils.translation import gettext as _

from marketplace.kernel.errors import NotFound
from marketplace.ledger.models import LedgerAccount
from orders.payouts.models import DebtHold, Payout, PayoutAccount, PayoutBatch, PayoutProof, Statement


def access_account(*, provider_id: int, pk: int, lock: bool = False) -> PayoutAccount:
    """A payout account of the provider's, perhaps locked. Raises NotFound."""
    found = PayoutAccount.objects.filter(provider_id=provider_id, pk=pk)
    row = (found.select_for_update() if lock else found).first()
    if row is None:
        raise NotFound(_("There is no such account."))
    return row


def access_payout(*, provider_id: int, pk: int, lock: bool = False) -> Payout:
    """A payout of the provider's, perhaps locked. Raises NotFound."""
    found = Payout.objects.filter(provider_id=provider_id, pk=pk)
    row = (found.select_for_update() if lock else found).first()
    if row is None:
        raise NotFound(_("There is no such payout."))
    return row


def access_proof(*, provider_id: int, pk: int) -> PayoutProof:
    """A bank's slip of the provider's. Raises NotFound."""
    row = PayoutProof.objects.filter(provider_id=provider_id, pk=pk).first()
    if row is None:
        raise NotFound(_("There is no such file."))
    return row


def slips_of(provider_id: int, payouts: Iterable[int], *, using: str = "default") -> dict[int, list[PayoutProof]]:
    """{payout: its bank's slips}, without their bytes; one statement, however many."""
    found: dict[int, list[PayoutProof]] = {}
    rows = PayoutProof.objects.using(using).filter(provider_id=provider_id, payout_id__in=list(payouts))
    for row in rows.defer("sealed").order_by("id"):
        found.setdefault(row.payout_id, []).append(row)
    return found


def accounts_of(provider_id: int) -> list[PayoutAccount]:
    """Newest first, with those that are gone."""
    return list(PayoutAccount.objects.filter(provider_id=provider_id).order_by("-id")[:20])


def account_in_use(provider_id: int, at: datetime) -> PayoutAccount | None:
    """Where money goes at a moment: the account confirmed last among those that have cooled off, unless the bank refused it."""
    ready = PayoutAccount.objects.filter(provider_id=provider_id, state__in=["confirmed", "returned"], usable_from__lte=at)
    newest = ready.order_by("-usable_from", "-id").first()
    return newest if newest is not None and newest.state == "confirmed" else None


def payouts_of(provider_id: int) -> QuerySet[Payout]:
    """Newest first, with their accounts and batches."""
    return Payout.objects.filter(provider_id=provider_id).select_related("account", "batch").order_by("-id")


def statements_of(provider_id: int) -> QuerySet[Statement]:
    """Newest month first."""
    return Statement.objects.filter(provider_id=provider_id).order_by("-month", "currency")


def access_statement(*, provider_id: int, pk: int) -> Statement:
    """A statement of the provider's. Raises NotFound."""
    row = Statement.objects.filter(provider_id=provider_id, pk=pk).first()
    if row is None:
        raise NotFound(_("There is no such statement."))
    return row


# Across providers: as the system role.


def batch_of_week(period: date, currency: str) -> PayoutBatch | None:
    return PayoutBatch.objects.filter(period=period, currency=currency).exclude(state="cancelled").first()


def drafts_of_week(period: date) -> list[int]:
    """Batches of the week that providers are still added to."""
    return list(PayoutBatch.objects.filter(period=period, state="draft").order_by("id").values_list("id", flat=True))


def had_batch(period: date, currency: str) -> bool:
    """Whether a batch of this week was approved or given up: then only a person draws one up again."""
    return PayoutBatch.objects.filter(period=period, currency=currency).exclude(state="draft").exists()


def access_batch(pk: int) -> PayoutBatch:
    """A batch. Raises NotFound."""
    row = PayoutBatch.objects.using("system").filter(pk=pk).first()
    if row is None:
        raise NotFound(_("There is no such batch."))
    return row


def rows_of_batch(batch_id: int) -> list[Payout]:
    """Every payout of a batch, by number."""
    return list(Payout.objects.using("system").filter(batch_id=batch_id).select_related("account").order_by("id"))


def totals_of_batch(batch_id: int) -> tuple[int, int]:
    """(payouts, amount) of a batch, without those taken out."""
    found = Payout.objects.using("system").filter(batch_id=batch_id).exclude(state="cancelled")
    sums = found.aggregate(count=Count("id"), total=Sum("amount"))
    return sums["count"], sums["total"] or 0


def open_in_batch(batch_id: int, *, besides: int) -> int:
    """How many payouts of a batch wait for the bank, not counting one."""
    found = Payout.objects.using("system").filter(batch_id=batch_id, state__in=["drafted", "approved", "exported"])
    return found.exclude(pk=besides).count()


def providers_with_earnings(currency: str, least: int) -> list[int]:
    """To whom at least this much is due, lowest id first."""
    accounts = LedgerAccount.objects.using("system").filter(code="earnings", currency=currency, balance__gte=least)
    return list(accounts.order_by("merchant_id").values_list("merchant_id", flat=True))


def currencies_due() -> list[str]:
    """Currencies in which anything is due to anybody."""
    accounts = LedgerAccount.objects.using("system").filter(code="earnings", balance__gt=0)
    return sorted(set(accounts.values_list("currency", flat=True)))


def bounced(rows: QuerySet[Payout] | None = None) -> QuerySet[Payout]:
    """Payouts the bank sent back whose money has not left again since: somebody has to see to them. The longest wait first."""
    found = Payout.objects.using("system").all() if rows is None else rows
    again = Payout.objects.filter(
        provider_id=OuterRef("provider_id"), currency=OuterRef("currency"), id__gt=OuterRef("id"),
    ).exclude(state="cancelled")  # fmt: skip
    return found.filter(~Exists(again), state="failed").order_by("settled_at", "id")


def all_statements() -> Iterator[Statement]:
    """Every statement of every provider."""
    return Statement.objects.using("system").order_by("id").iterator(chunk_size=1_000)


DUE_STATEMENTS = """
SELECT DISTINCT a.merchant_id, a.currency FROM ledger_ledgeraccount a
WHERE a.code IN ('earnings_pending', 'earnings', 'payouts_in_transit')
  AND NOT EXISTS (SELECT 1 FROM payouts_statement s
                  WHERE s.provider_id = a.merchant_id AND s.month = %(month)s AND s.currency = a.currency)
  AND (a.balance <> 0 OR EXISTS (
    SELECT 1 FROM ledger_ledgertransfer t WHERE t.merchant_id = a.merchant_id AND t.currency = a.currency
      AND t.occurred_at >= %(begin)s AND t.occurred_at < %(end)s))
ORDER BY 1, 2
"""


def providers_without_statement(month: date, begin: datetime, end: datetime) -> list[tuple[int, str]]:
    """(provider, currency) of whoever may need a statement of the month and has none."""
    with connections["system"].cursor() as cursor:
        cursor.execute(DUE_STATEMENTS, {"month": month, "begin": begin, "end": end})
        return [(provider_id, currency) for provider_id, currency in cursor.fetchall()]


def providers_to_judge() -> list[int]:
    """Whoever owes anything, or whose listings are hidden for it."""
    owing = LedgerAccount.objects.using("system").filter(code="earnings", balance__lt=0).values_list("merchant_id", flat=True)
    hidden = DebtHold.objects.using("system").filter(lifted_at__isnull=True).values_list("provider_id", flat=True)
    return sorted({*owing, *hidden})
