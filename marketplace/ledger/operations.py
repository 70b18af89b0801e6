"""Moving money: thin, typed doors to the database functions that are allowed to."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection


def open_account(*, merchant_id: int, code: str, currency: str, floor: int | None = None) -> int:
    """The id of the merchant's account of this code and currency, opened when new. Needs the merchant's scope."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT open_account(%s, %s, %s, %s)", [merchant_id, code, currency, floor])
        return int(cursor.fetchone()[0])


def post_transfers(
    *,
    merchant_id: int,
    kind: str,
    currency: str,
    debit: int,
    credit: int,
    keys: Sequence[str],
    amounts: Sequence[int],
    at: datetime,
) -> int:
    """Move each amount (minor units, positive) from the debit to the credit account; returns how many were new.

    A key already posted with the same amount changes nothing; with another amount it is an error and nothing is posted.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT post_transfers(%s, %s, %s, %s, %s, %s::text[], %s::bigint[], %s)",
            [merchant_id, kind, currency, debit, credit, list(keys), list(amounts), at],
        )
        return int(cursor.fetchone()[0])
