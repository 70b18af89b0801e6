"""The one gate: what a provider may do now, and if not, why and where to put it right.

Listings, briefs, payouts and pages ask here and nowhere else. The rules are in `circumstances`; here they meet the database.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone

from marketplace.tenancy.scope import scope
from providers.moderation.standing import standing
from providers.onboarding.circumstances import ACTS, Act, Circumstances, Reason, reasons_against
from providers.onboarding.deposits import deposit_of, qualified_in, required_amounts
from providers.onboarding.facts import today
from providers.onboarding.models import Application, Exit
from providers.onboarding.trial import TRIAL_ORDER_CAP, TRIAL_ORDERS, orders_taken
from providers.profiles.queries.profile import availability

__all__ = ["ACTS", "Act", "Reason", "Verdict", "may", "register_check"]

#: What rooms above know against an act; called in the provider's scope with (provider_id, act, at).
Check = Callable[[int, Act, datetime], Sequence[Reason]]
_checks: list[Check] = []


def register_check(check: Check) -> None:
    """Have this asked too (from `AppConfig.ready()`); its reasons come after the gate's own."""
    if check not in _checks:
        _checks.append(check)


@dataclass(frozen=True)
class Verdict:
    """`allowed` is true when there is no reason against.

    During a trial orders above `order_cap` (fen) are not taken, and `trial_orders_left` are left; None: no trial, no cap.
    """

    reasons: list[Reason] = field(default_factory=list)
    order_cap: int | None = None
    trial_orders_left: int | None = None

    @property
    def allowed(self) -> bool:
        return not self.reasons

    def __bool__(self) -> bool:
        return self.allowed


def may(provider_id: int, act: Act, category: str | None = None, *, at: datetime | None = None) -> Verdict:
    """Whether the provider may list, take orders, bid or be paid out, in a category (its slug) or in any at all.

    Opens the provider's scope for the questions it asks, whatever scope is open. `at` is the moment asked about (default: now).
    """
    moment = at or timezone.now()
    with scope(provider_id):
        known = circumstances(provider_id, category, moment)
        found = [*reasons_against(act, known), *(reason for check in _checks for reason in check(provider_id, act, moment))]
    if act in ("take_orders", "bid") and known.is_on_trial:
        return Verdict(found, TRIAL_ORDER_CAP, known.orders_left)
    return Verdict(found)


def circumstances(provider_id: int, category: str | None, at: datetime) -> Circumstances:
    """What is true of the provider; needs its scope."""
    application = Application.objects.filter(provider_id=provider_id).values_list("state", flat=True).first()
    leaving = Exit.objects.filter(provider_id=provider_id).exclude(state="withdrawn").values_list("state", flat=True).first()
    approved = qualified_in(provider_id)
    asked = [slug for slug in approved if category in (None, slug)]
    deposit, required = deposit_of(provider_id, at), min(required_amounts(asked).values(), default=0)
    stands, room = standing(provider_id), availability(provider_id, on=today(at))
    return Circumstances(
        application=application or "",
        exit=leaving or "",
        is_qualified=bool(asked),
        deposit_covers=deposit.covers(required),
        deposit_was_paid=deposit.was_paid,
        orders_left=max(0, TRIAL_ORDERS - orders_taken(provider_id)),
        is_paused_by_ruling=stands.paused_until is not None,
        has_exited_by_ruling=stands.exited,
        is_open=room.is_open,
        free_from=room.next_free_date,
    )
