"""What the state of things allows, whoever asks. Who may is in `roles.py`."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from marketplace.accounts.models import Invitation

State = Invitation.State
#: How long a link works; sending it again starts anew.
VALID_FOR = timedelta(days=7)
#: How long staff may look at a console as one of its members.
VIEWING_FOR = timedelta(minutes=30)
#: The only ways of an invitation. Too old is no state: a clock nobody watches would have to set it.
TRANSITIONS: Mapping[str, frozenset[str]] = {
    State.PENDING: frozenset({State.ACCEPTED, State.REVOKED, State.PENDING}),
    State.ACCEPTED: frozenset(),
    State.REVOKED: frozenset(),
}


def may_become(invitation: Invitation, state: str) -> bool:
    """Whether the invitation may go to this state; PENDING to PENDING is sending it again."""
    return state in TRANSITIONS[invitation.state]


def is_open(invitation: Invitation, *, at: datetime) -> bool:
    """Whether its link still leads anywhere."""
    return invitation.state == State.PENDING and at < invitation.expires_at
