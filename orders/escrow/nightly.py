"""Every night the ledger and escrow are recalculated from their first entry; what does not add up waits in staff's inbox.

Once per night and check, however often it is asked for: the night's row and its findings are written in one transaction, so that
a run that was killed is done again. A finding that is no longer seen is closed by the next night.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time

from django.db import connections, transaction

from marketplace.kernel.market import MARKET_ZONE
from marketplace.ledger.queries import verify_all
from orders.escrow.models import BooksFinding, BooksRun
from orders.escrow.verifying import verify

ZONE = MARKET_ZONE
#: Few people work then.
AFTER = time(3)
USING = "system"
#: Beyond that the first ones tell enough.
MOST = 200
#: All statements of a check see the books of one moment, however much is traded meanwhile.
ONE_MOMENT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"
#: Two checks of one kind at once would look at the same books twice.
ONE_AT_A_TIME = "SELECT pg_try_advisory_xact_lock(hashtextextended('escrow.books.' || %s, 0))"


def ledger_findings() -> Iterator[str]:
    """What `verify_ledger` would say, one sentence each."""
    found = verify_all()
    for row in found["accounts_off"]:
        yield (
            f"account {row['account']} ({row['currency']}) of organization {row['merchant_id']}:"
            f" balance {row['balance']}, entries {row['entries']}"
        )
    for row in found["transfers_off"]:
        yield f"transfer {row['transfer']} of organization {row['merchant_id']} is off by {row['off_by']}"
    for row in found["clearing_off"]:
        yield f"clearing {row['key']} ({row['currency']}) is off by {row['off_by']}"


def escrow_findings() -> Iterator[str]:
    """What `verify_escrow` would say."""
    yield from verify()["differences"]


CHECKS: Mapping[str, Callable[[], Iterator[str]]] = {"ledger": ledger_findings, "escrow": escrow_findings}


def check_books(*, at: datetime) -> int:
    """Do every check that this night has not seen yet; how many findings there are. 0 before three in the morning."""
    local = at.astimezone(ZONE)
    if local.time() < AFTER:
        return 0
    return sum(_check(name, look, local.date(), at) for name, look in CHECKS.items())


def _check(name: str, look: Callable[[], Iterator[str]], night: date, at: datetime) -> int:
    with transaction.atomic(using=USING):
        with connections[USING].cursor() as cursor:
            cursor.execute(ONE_MOMENT)
            cursor.execute(ONE_AT_A_TIME, [name])
            (is_ours,) = cursor.fetchone()
        if not is_ours or BooksRun.objects.using(USING).filter(check_name=name, night=night).exists():
            return 0
        found = [text[:500] for text in look()]
        BooksRun.objects.using(USING).create(check_name=name, night=night, ran_at=at, findings=len(found))
        _keep(name, found[:MOST], at)
    return len(found)


def _keep(name: str, found: list[str], at: datetime) -> None:
    """Findings seen again stay what they were, with their first day; the others are gone."""
    rows = BooksFinding.objects.using(USING)
    keys = {hashlib.sha256(text.encode()).hexdigest(): text for text in found}
    rows.filter(check_name=name, gone_at__isnull=True).exclude(key__in=keys).update(gone_at=at)
    rows.bulk_create(
        [BooksFinding(check_name=name, key=key, text=text, found_at=at, seen_at=at) for key, text in keys.items()],
        update_conflicts=True, unique_fields=["check_name", "key"], update_fields=["seen_at", "gone_at"],
    )  # fmt: skip
