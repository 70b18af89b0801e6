"""What providers have earned: made available when its time has come, and paid out."""

from datetime import datetime
from typing import Literal

from django.db import connections

from marketplace.audit.operations import record
from marketplace.tenancy.actor import Actor
from orders.escrow import books
from orders.escrow.errors import NotEnoughEarned
from orders.escrow.operations.common import checked

PayoutStep = Literal["sent", "paid", "failed", "bounced"]
BATCH = 1_000


def mature(*, as_of: datetime) -> int:
    """Make every release available whose time has come, over all providers; how many. Doing it twice changes nothing.

    Set-based, as the system role, at most `BATCH` releases in a transaction.
    """
    total = 0
    while True:
        with connections["system"].cursor() as cursor:
            cursor.execute("SELECT escrow_mature(%s, %s)", [as_of, BATCH])
            (done,) = cursor.fetchone()
        total += done
        if done < BATCH:
            return total


def move_payout(*, provider_id: int, amount: int, currency: str, key: str, step: PayoutStep, at: datetime, by: Actor) -> bool:
    """Book a step of a payout in the provider's scope; whether this call did it. Once per key and step.

    `sent`: earnings → in transit, never more than is available; `paid`: in transit → paid out; `failed`: in transit → earnings;
    `bounced`: paid out → earnings, when the bank gave it back later. Raises NotEnoughEarned.
    """
    checked(amount, key)
    is_new, missing = books.move_payout(provider_id=provider_id, currency=currency, key=key, kind=step, amount=amount, at=at)
    if missing:
        raise NotEnoughEarned(missing, currency)
    if is_new:
        facts = {"amount": amount, "currency": currency, "key": key}
        record(merchant_id=provider_id, by=by, action=f"escrow.payout.{step}", facts=facts)
    return is_new
