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
from providers.onboarding.deposits import amounts_asked, deposit_of, qualified_in
from providers.onboarding.facts import today
from providers.onboarding.models import Application, Exit
from providers.onboarding.trial import orders_taken, trial_rule
from providers.profiles.queries.profile import availability

__all__ = ["ACTS", "Act", "Reason", "Verdict", "claim", "may", "order_cap", "register_check"]

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
    with scope(provider_id, savepoint=False):
        known = circumstances(provider_id, category, moment)
        found = [*reasons_against(act, known), *(reason for check in _checks for reason in check(provider_id, act, moment))]
    if act in ("take_orders", "bid") and known.is_on_trial:
        return Verdict(found, known.order_cap, known.orders_left)
    return Verdict(found)


def claim(provider_id: int, category: str, *, at: datetime) -> Verdict:
    """Like `may(…, "take_orders")`, for the moment an order is taken: whoever is on trial is locked until the transaction ends.

    Two last trial orders at once would each find one left; the second waits here and finds none. The lock (the application's
    row) comes after the order's and before escrow's.
    """
    verdict = may(provider_id, "take_orders", category, at=at)
    if verdict.trial_orders_left is None:
        return verdict
    with scope(provider_id, savepoint=False):
        Application.objects.select_for_update().get(provider_id=provider_id)
    return may(provider_id, "take_orders", category, at=at)


def order_cap(provider_id: int, category: str, *, at: datetime) -> int | None:
    """The largest order (fen) while the deposit was never paid, also for orders that were taken before; None: no limit."""
    with scope(provider_id, savepoint=False):
        known = circumstances(provider_id, category, at)
    return None if known.deposit_covers or known.deposit_was_paid else known.order_cap


def trial(provider_id: int, category: str, *, at: datetime) -> Verdict:
    """Only what `may(…, "take_orders")` says of a trial: its cap and what is left of it. For pages that show nothing else."""
    with scope(provider_id, savepoint=False):
        asked = [slug for slug in qualified_in(provider_id) if slug == category]
        deposit, required = deposit_of(provider_id, at), min(amounts_asked(provider_id, asked).values(), default=0)
        left, cap = _trial(provider_id, is_possible=not deposit.was_paid and not deposit.covers(required))
    return Verdict([], cap, left) if left else Verdict()


def _trial(provider_id: int, *, is_possible: bool) -> tuple[int, int]:
    """(orders left, largest order); nobody is asked about a company that has paid its deposit."""
    if not is_possible:
        return 0, 0
    rule = trial_rule()
    return max(0, rule.orders - orders_taken(provider_id)), rule.order_cap


def circumstances(provider_id: int, category: str | None, at: datetime) -> Circumstances:
    """What is true of the provider; needs its scope."""
    application = Application.objects.filter(provider_id=provider_id).values_list("state", flat=True).first()
    leaving = Exit.objects.filter(provider_id=provider_id).exclude(state="withdrawn").values_list("state", flat=True).first()
    approved = qualified_in(provider_id)
    asked = [slug for slug in approved if category in (None, slug)]
    deposit, required = deposit_of(provider_id, at), min(amounts_asked(provider_id, asked).values(), default=0)
    covers = deposit.covers(required)
    left, cap = _trial(provider_id, is_possible=not covers and not deposit.was_paid)
    stands, room = standing(provider_id), availability(provider_id, on=today(at))
    return Circumstances(
        application=application or "",
        exit=leaving or "",
        is_qualified=bool(asked),
        deposit_covers=covers,
        deposit_was_paid=deposit.was_paid,
        orders_left=left,
        order_cap=cap,
        is_paused_by_ruling=stands.paused_until is not None,
        has_exited_by_ruling=stands.exited,
        is_open=room.is_open,
        free_from=room.next_free_date,
    )
