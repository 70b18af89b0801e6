"""The provider's home: what waits, for whom, and what to do next."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.outbox.models import Notice
from marketplace.outbox.queries import notices
from marketplace.ui.formats import language
from marketplace.ui.waiting import waits
from providers.desk.queries import first_steps, listing_kpis, with_staff, with_us
from providers.listings.queries import state_counts
from providers.profiles.models import PublicProvider
from providers.profiles.queries import availability, profile_of
from providers.scorecards.advice import most_to_gain, next_level
from providers.scorecards.formula import LEVELS
from providers.scorecards.models import PublicScore
from providers.scorecards.queries import newest_card

NOTICES = 5


@require_safe
@requires(Permission.VIEW_CONSOLE, kind="provider")
def home(request: HttpRequest) -> HttpResponse:
    return TemplateResponse(request, "desk/home.html", _context(request.organization.pk))


def _context(provider_id: int) -> dict[str, Any]:
    now, counts = timezone.now(), state_counts(provider_id)
    public = PublicProvider.objects.filter(provider_id=provider_id).only("slug").first()
    score = PublicScore.objects.filter(provider_id=provider_id).first()
    card = newest_card(provider_id) if score and score.score is not None else None
    steps = first_steps(provider_id, counts, is_public=public is not None)
    return {
        "steps": steps if any(step.state != "done" for step in steps) else [],
        "ours": [*waits("provider", provider_id, now), *with_us(provider_id, counts)],
        "theirs": with_staff(provider_id, now),
        "listings": listing_kpis(counts),
        "score": score,
        "level": LEVELS[score.level if score else 1],
        "above": next_level(score.level if score else 1),
        "gains": most_to_gain(card)[:1] if card else [],
        "availability": availability(provider_id, on=now.date()),
        "public": public,
        "notices": _notices(provider_id),
        "tz": profile_of(provider_id).timezone,
    }


def _notices(provider_id: int) -> list[Notice]:
    """The newest notices in the reader's language."""
    found = list(notices(provider_id)[:NOTICES])
    for notice in found:
        notice.words = notice.texts.get(language()) or next(iter(notice.texts.values()), {})
        notice.path = notice.url if notice.url.startswith("/") and not notice.url.startswith("//") else ""
    return found
