"""What follows when a company on trial takes an order: the public page says so, and its people know what is left."""

from datetime import datetime

from marketplace.outbox import both
from marketplace.outbox.people import Fact, tell
from marketplace.tenancy.scope import scope
from providers.onboarding.changes import announce
from providers.onboarding.deposits import CURRENCY, deposit_of, required_in_full
from providers.onboarding.trial import trial_orders, trial_rule


def order_taken(*, provider_id: int, at: datetime) -> None:
    """An order was signed, in the same transaction. Nothing happens for companies that are not on trial."""
    with scope(provider_id, savepoint=False):
        taken, rule = trial_orders(provider_id, at), trial_rule()
        if taken is None or taken > rule.orders:
            return
        announce(provider_id, at)
        left = rule.orders - taken
        due = both.money(deposit_of(provider_id, at).short_of(required_in_full(provider_id)), CURRENCY)
        facts: dict[str, Fact] = {"left": left, "amount": due} if left else {"amount": due}
        tell(
            organization_id=provider_id, kind="providers.trial.left" if left else "providers.trial.used_up", facts=facts,
            url="/desk/deposit/", effect_key=f"trial:{taken}", at=at,
        )  # fmt: skip
