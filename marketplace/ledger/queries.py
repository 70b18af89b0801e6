"""Reading the ledger. Every query names the merchant, on top of row-level security."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connections
from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import TruncDate

from marketplace.ledger.models import AccountCode, LedgerAccount, LedgerEntry, LedgerTransfer


def accounts(merchant_id: int) -> QuerySet[LedgerAccount]:
    return LedgerAccount.objects.filter(merchant_id=merchant_id).order_by("currency", "id")


def transfers(merchant_id: int) -> QuerySet[LedgerTransfer]:
    """Transfers by when they happened, newest first, with both sides."""
    return (
        LedgerTransfer.objects.filter(merchant_id=merchant_id)
        .prefetch_related("entries__account")
        .order_by("-occurred_at", "-id")
    )


def is_balanced(merchant_id: int) -> bool:
    """Whether the merchant's balances sum to zero in every currency; `verify_ledger` checks them against the entries."""
    sums = accounts(merchant_id).order_by().values("currency").annotate(total=Sum("balance")).values_list("total", flat=True)
    return not any(sums)


DIFFERENCES = """
SELECT a.merchant_id, a.code, a.currency, a.balance, coalesce(e.total, 0)::bigint
FROM ledger_ledgeraccount a
LEFT JOIN (SELECT merchant_id, account_id, sum(amount) AS total FROM ledger_ledgerentry GROUP BY 1, 2) e
  ON e.merchant_id = a.merchant_id AND e.account_id = a.id
WHERE a.balance <> coalesce(e.total, 0) ORDER BY 1, 2, 3
"""
UNBALANCED = """
SELECT merchant_id, transfer_id, sum(amount)::bigint FROM ledger_ledgerentry GROUP BY 1, 2 HAVING sum(amount) <> 0 ORDER BY 1, 2
"""
# Money that crossed from book to book: every key's legs clear each other, so all clearing accounts are zero together.
UNCLEARED = """
SELECT t.key, t.currency, sum(e.amount)::bigint FROM ledger_ledgerentry e
JOIN ledger_ledgeraccount a ON a.merchant_id = e.merchant_id AND a.id = e.account_id AND a.code = 'clearing'
JOIN ledger_ledgertransfer t ON t.merchant_id = e.merchant_id AND t.id = e.transfer_id
GROUP BY 1, 2 HAVING sum(e.amount) <> 0 ORDER BY 1
"""
SIZE = "SELECT count(*) FROM ledger_ledgerentry"


def verify_all() -> dict[str, Any]:
    """Every tenant's balances against their entries, and every transfer and every clearing against zero (system role)."""
    with connections["system"].cursor() as cursor:
        cursor.execute(SIZE)
        (entries,) = cursor.fetchone()
        cursor.execute(DIFFERENCES)
        names = ("merchant_id", "account", "currency", "balance", "entries")
        accounts_off = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        cursor.execute(UNBALANCED)
        transfers_off = [dict(zip(("merchant_id", "transfer", "off_by"), row, strict=True)) for row in cursor.fetchall()]
        cursor.execute(UNCLEARED)
        clearing_off = [dict(zip(("key", "currency", "off_by"), row, strict=True)) for row in cursor.fetchall()]
    return {"entries": entries, "accounts_off": accounts_off, "transfers_off": transfers_off, "clearing_off": clearing_off}


def paid_by_day(merchant_id: int, *, currency: str, since: datetime, zone: ZoneInfo) -> list[tuple[Any, int, int]]:
    """(day, amount, transfers) paid to buyers; days of the zone."""
    rows = (
        LedgerEntry.objects.filter(
            merchant_id=merchant_id,
            account__merchant_id=merchant_id,
            account__code=AccountCode.REFUNDS_PAID,
            currency=currency,
            transfer__merchant_id=merchant_id,
            transfer__occurred_at__gte=since,
        )
        .annotate(day=TruncDate("transfer__occurred_at", tzinfo=zone))
        .values("day")
        .annotate(total=Sum("amount"), count=Count("id"))
        .order_by("day")
    )
    return [(row["day"], row["total"], row["count"]) for row in rows]
