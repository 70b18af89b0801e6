"""Reading the ledger. Every query names the merchant, on top of row-level security."""

from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import TruncDate

from marketplace.ledger.models import AccountCode, LedgerAccount, LedgerEntry, LedgerTransfer


def accounts(merchant_id: int) -> QuerySet[LedgerAccount]:
    return LedgerAccount.objects.filter(merchant_id=merchant_id).order_by("currency", "id")


def transfers(merchant_id: int) -> QuerySet[LedgerTransfer]:
    """Transfers newest first, with both sides."""
    return LedgerTransfer.objects.filter(merchant_id=merchant_id).prefetch_related("entries__account").order_by("-id")


def is_balanced(merchant_id: int) -> bool:
    """Whether all entries sum to zero per currency and every balance is the sum of its entries."""
    sums = (
        LedgerEntry.objects.filter(merchant_id=merchant_id)
        .values("account_id", "currency")
        .annotate(total=Sum("amount"))
        .values_list("account_id", "currency", "total")
    )
    by_account = {account: total for account, _currency, total in sums}
    by_currency: dict[str, int] = {}
    for _account, currency, total in sums:
        by_currency[currency] = by_currency.get(currency, 0) + total
    balances = accounts(merchant_id).values_list("pk", "balance")
    return not any(by_currency.values()) and all(by_account.get(pk, 0) == balance for pk, balance in balances)


def paid_by_day(merchant_id: int, *, currency: str, since: datetime) -> list[tuple[Any, int, int]]:
    """(day, amount, transfers) paid to buyers."""
    rows = (
        LedgerEntry.objects.filter(
            merchant_id=merchant_id,
            account__merchant_id=merchant_id,
            account__code=AccountCode.REFUNDS_PAID,
            currency=currency,
            transfer__merchant_id=merchant_id,
            transfer__occurred_at__gte=since,
        )
        .annotate(day=TruncDate("transfer__occurred_at"))
        .values("day")
        .annotate(total=Sum("amount"), count=Count("id"))
        .order_by("day")
    )
    return [(row["day"], row["total"], row["count"]) for row in rows]
