"""What follows payment: buyers are told."""

from datetime import datetime

from aftersales.payouts.operations import settle_payouts
from aftersales.programs.price_protection.notices import tell_paid


def settle_and_tell(*, merchant_id: int, at: datetime) -> dict[str, int]:
    """Send what is due, then tell buyers what was paid, also what an earlier call paid and was killed before telling."""
    settled = settle_payouts(merchant_id=merchant_id, at=at)
    tell_paid(merchant_id=merchant_id, at=at)
    return settled
