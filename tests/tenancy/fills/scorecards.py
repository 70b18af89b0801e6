"""A row in every table of scorecards."""

from datetime import datetime

from django.utils import timezone

from marketplace.tenancy.scope import scope
from providers.scorecards.models import ImprovementPlan, LevelState, PublicScore, Scorecard, ScoreEvent, Strike
from providers.scorecards.operations import record_event
from tests import cast

COUNTS = (
    "on_time_n on_time_good first_time_n first_time_good rating_n rating_good response_n response_good upheld_n upheld_recent_n"
    " renewal_n renewal_good merchants_n on_time first_time rating response dispute_free score"
).split()


def fill(provider: cast.Provider, *, at: datetime) -> dict[str, int]:
    with scope(provider.id):
        for number in (1, 2, 3):
            record_event(
                provider_id=provider.id, kind="accepted", at=timezone.now(), value=1, subject=("order", number),
                key=f"order:{number}", label=f"{provider.slug} job {number}",
            )  # fmt: skip
        _first, second, third = ScoreEvent.objects.filter(provider_id=provider.id).order_by("id")
        Strike.objects.create(provider_id=provider.id, event=second, ruling_id=1, at=at)
        counts = dict.fromkeys(COUNTS, 0)
        Scorecard.objects.create(
            provider_id=provider.id, month=at.date().replace(day=1), earned_level=1, calculated_at=at, **counts
        )
        LevelState.objects.create(provider_id=provider.id, since=at, braked_at=at)
        ImprovementPlan.objects.create(
            provider_id=provider.id, text=f"plan of {provider.slug}", state="approved", submitted_at=at
        )
        PublicScore.objects.create(provider_id=provider.id, changed_at=at)
    return {"score_event": third.pk}
