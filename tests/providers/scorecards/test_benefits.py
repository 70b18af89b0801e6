"""What levels bring (I4): each is granted by the room it belongs to, by the numbers the pages print."""

from itertools import pairwise

import pytest
from django.utils import timezone, translation

from marketplace.tenancy.scope import scope
from orders.hiring.limits import APPLICATIONS
from orders.payouts.schedule import payout_hold_days
from providers.catalogue.models import Category
from providers.onboarding import deposits
from providers.onboarding.deposits import amounts_asked, required_in_full
from providers.scorecards.benefits import benefits
from providers.scorecards.formula import LEVELS
from providers.scorecards.models import LevelState, PublicScore
from tests import cast
from tests.providers.listings.stories import CATEGORY, verify

pytestmark = pytest.mark.django_db


def at_level(number: int) -> int:
    studio = cast.studio()
    verify(studio)
    now = timezone.now()
    with scope(studio.id):
        LevelState.objects.update_or_create(provider_id=studio.id, defaults={"level": number, "since": now})
        PublicScore.objects.update_or_create(provider_id=studio.id, defaults={"level": number, "changed_at": now})
    return studio.id


@pytest.mark.parametrize(("number", "share", "days"), [(1, 100, 7), (2, 90, 7), (3, 70, 7), (4, 50, 3)])
def test_a_level_owes_its_share_of_the_deposit_and_is_paid_after_its_days(number: int, share: int, days: int) -> None:
    provider_id, whole = at_level(number), Category.objects.get(slug=CATEGORY).deposit_minor
    with scope(provider_id):
        assert required_in_full(provider_id) == whole * share // 100 > 0
        assert payout_hold_days(provider_id) == days


def test_a_share_is_rounded_up_and_nothing_stays_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    provider_id = at_level(2)
    monkeypatch.setattr(deposits, "required_amounts", lambda slugs: {"five": 5, "free": 0})
    with scope(provider_id):
        assert amounts_asked(provider_id, ["five", "free"]) == {"five": 5, "free": 0}  # 4.5 fen


def test_no_level_brings_less_than_the_one_below() -> None:
    rows = [(-level.deposit_share, APPLICATIONS[number], -level.payout_days) for number, level in sorted(LEVELS.items())]
    assert all(a <= b for lower, upper in pairwise(rows) for a, b in zip(lower, upper, strict=True))


def test_the_pages_print_the_numbers_that_are_enforced() -> None:
    with translation.override("en"):
        text = " ".join(str(line) for line in benefits(LEVELS[4]))
    assert "50%" in text and f"{APPLICATIONS[4]} answers" in text and "3 days" in text
