"""Debts that last hide the listings; paid down, they are shown again (G7). Locks: the open hold."""

from datetime import datetime

from marketplace.audit.operations import record
from marketplace.outbox import both
from marketplace.outbox.people import Fact, tell
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.payouts.books import EARNINGS, balances
from orders.payouts.debts import below_since
from orders.payouts.models import DebtHold
from orders.payouts.rules import DEBT_PATIENCE, tolerated_debt
from providers.onboarding.changes import announce

PAGE = "/desk/earnings/"


def judge_debts(*, provider_id: int, by: Actor, at: datetime) -> int:
    """Hide or show a provider's listings as its balances ask for; how many currencies changed. Doing it again changes nothing."""
    with scope(provider_id, durable=True):
        book = balances(provider_id)
        changed = [_judged(provider_id, code, book[code][EARNINGS], by, at) for code in sorted(book)]
        if any(changed):
            announce(provider_id, at)
        return sum(changed)


def _judged(provider_id: int, currency: str, balance: int, by: Actor, at: datetime) -> bool:
    limit = -tolerated_debt(currency)
    held = DebtHold.objects.select_for_update().filter(provider_id=provider_id, currency=currency, lifted_at__isnull=True).first()
    if held is not None:
        return _lifted(held, by, at) if balance >= limit else False
    since = below_since(provider_id, currency, limit=limit, at=at) if balance < limit else None
    if since is None or since > at - DEBT_PATIENCE:
        return False
    row, is_new = DebtHold.objects.get_or_create(
        provider_id=provider_id, currency=currency, lifted_at=None, defaults={"amount": -balance, "since": since, "hidden_at": at}
    )
    if is_new:
        _say(row, "hidden", by, at)
    return is_new


def _lifted(held: DebtHold, by: Actor, at: datetime) -> bool:
    held.lifted_at = at
    held.save(update_fields=["lifted_at"])
    _say(held, "lifted", by, at)
    return True


def _say(row: DebtHold, what: str, by: Actor, at: datetime) -> None:
    facts = {"amount": row.amount, "currency": row.currency, "since": row.since.isoformat()}
    record(merchant_id=row.provider_id, by=by, action=f"orders.debt.{what}", facts=facts)
    told: dict[str, Fact] = {"amount": both.money(row.amount, row.currency)}
    key = f"debt:{row.pk}:{what}"
    tell(organization_id=row.provider_id, kind=f"orders.debt.{what}", facts=told, url=PAGE, effect_key=key, at=at)
