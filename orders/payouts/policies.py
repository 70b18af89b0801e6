"""What the state, the clock and the four eyes allow. Who may at all is a matter of `marketplace.accounts.roles`."""

from datetime import datetime

from marketplace.kernel.transitions import allows
from orders.payouts.models import PayoutAccount, PayoutBatch
from orders.payouts.states import ACCOUNT, BATCH, AccountState


def needs_again(account: PayoutAccount, user_id: int | None) -> bool:
    """Whether the same person would confirm what he entered: then only with his password or key, typed again just now."""
    return user_id is None or account.proposed_by_id == user_id


def may_cancel(account: PayoutAccount, at: datetime) -> bool:
    """A proposal always; a confirmed account until it is used. Later it is replaced by a new one, not taken away."""
    if not allows(ACCOUNT, account.state, "cancel"):
        return False
    return account.state == AccountState.PROPOSED or account.is_cooling(at)


def may_approve(batch: PayoutBatch, user_id: int | None) -> bool:
    """Another person than the one who drew it up."""
    return allows(BATCH, batch.state, "approve") and user_id is not None and batch.drafted_by_id != user_id


def may_export(batch: PayoutBatch, user_id: int | None) -> bool:
    """Another person than the one who approved: whoever takes the file to the bank did not decide what is in it."""
    return allows(BATCH, batch.state, "export") and user_id is not None and batch.approved_by_id != user_id
