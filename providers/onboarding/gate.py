"""The one gate: what a provider may do now, and if not, why and where to put it right.

Listings, briefs, payouts and pages ask here and nowhere else. The answer explains itself: every reason has a code, a sentence
for the person, and the page where he can act.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.tenancy.scope import scope
from marketplace.ui.kit import Text
from providers.onboarding.models import Application
from providers.onboarding.states import VERIFIED

Act = Literal["list", "take_orders", "bid", "payout"]
ACTS: tuple[Act, ...] = ("list", "take_orders", "bid", "payout")


@dataclass(frozen=True)
class Reason:
    """Why not: a code for programs, a sentence for people, and the path of the page where it is put right ("" if none)."""

    code: str
    text: Text
    url: str = ""


@dataclass(frozen=True)
class Verdict:
    """`allowed` is true when there is no reason against."""

    reasons: list[Reason] = field(default_factory=list)

    @property
    def allowed(self) -> bool:
        return not self.reasons

    def __bool__(self) -> bool:
        return self.allowed


#: What other rooms know: called in the provider's scope with (provider_id, act, category, at).
Check = Callable[[int, str, str | None, datetime], Sequence[Reason]]


def may(provider_id: int, act: Act, category: str | None = None, *, at: datetime | None = None) -> Verdict:
    """Whether the provider may list, take orders, bid or be paid out, in a category (its slug) or at all.

    Opens the provider's scope for the questions it asks, whatever scope is open. `at` is the moment asked about (default: now).
    """
    moment = at or timezone.now()
    with scope(provider_id):
        return Verdict(_unverified(provider_id, moment))


def _unverified(provider_id: int, at: datetime) -> list[Reason]:
    application = Application.objects.filter(provider_id=provider_id).only("state").first()
    if application is not None and application.state in VERIFIED:
        return []
    return [Reason("NOT_VERIFIED", _("The company is not verified yet."), "/desk/onboarding/")]
