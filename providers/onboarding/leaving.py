"""What keeps a company from leaving the market (A8). Rooms above know of jobs, disputes and balances, and register here."""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from providers.onboarding.circumstances import Reason
from providers.onboarding.deposits import deposit_of, required_in_full
from providers.onboarding.models import DepositTransfer

#: Called in the provider's scope with (provider_id, at).
Blocker = Callable[[int, datetime], Sequence[Reason]]
_blockers: list[Blocker] = []


def register_blocker(blocker: Blocker) -> Blocker:
    """Let a room keep companies from leaving while something is open (from `AppConfig.ready()`)."""
    if blocker not in _blockers:
        _blockers.append(blocker)
    return blocker


#: Called in the provider's scope, in the transaction in which the company leaves, with (provider_id, at).
Left = Callable[[int, datetime], None]
_left: list[Left] = []


def on_left(callback: Left) -> Left:
    """Be called when a company leaves: to take its listings off the market, for example."""
    if callback not in _left:
        _left.append(callback)
    return callback


def say_left(provider_id: int, at: datetime) -> None:
    for callback in _left:
        callback(provider_id, at)


def blockers(provider_id: int, at: datetime) -> list[Reason]:
    """What must be closed before the company can leave; empty when nothing is. Needs the provider's scope."""
    found = [reason for blocker in _blockers for reason in blocker(provider_id, at)]
    if DepositTransfer.objects.filter(provider_id=provider_id, state="announced").exists():
        text = _("A transfer into the deposit is on its way. Wait until it is confirmed, or withdraw it.")
        found.append(Reason("TRANSFER_WAITING", text, "/desk/deposit/"))
    deposit = deposit_of(provider_id, at)
    if deposit.excused and deposit.held < required_in_full(provider_id):
        text = _("The deposit was deducted from and is not topped up yet.")
        found.append(Reason("DEPOSIT_SHORT", text, "/desk/deposit/"))
    return found
