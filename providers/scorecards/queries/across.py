"""Across providers, as the system role: ids only, for the tasks that then work in each provider's own scope."""

from datetime import date, datetime

from django.db import connections

from providers.scorecards.formula import IDLE_WARNING
from providers.scorecards.models import LevelState, Scorecard

#: Providers with a listing in the market whose last order, or first day in the market, lies before a moment.
IDLE = """
SELECT l.provider_id, greatest(min(l.published_at), coalesce(max(o.last_at), min(l.published_at))) AS active_at
FROM listings_publiclisting l
LEFT JOIN LATERAL (SELECT max(e.at) AS last_at FROM scorecards_scoreevent e
                   WHERE e.provider_id = l.provider_id AND e.kind = 'ordered') o ON true
WHERE %(only)s::bigint IS NULL OR l.provider_id = %(only)s
GROUP BY l.provider_id
HAVING greatest(min(l.published_at), coalesce(max(o.last_at), min(l.published_at))) <= %(before)s
ORDER BY l.provider_id
"""


def unpublished(*, only: int | None = None) -> list[tuple[int, int]]:
    """(provider_id, card_id) of calculated cards that did not take effect yet, earliest month first; `only` one provider's."""
    waiting = Scorecard.objects.using("system").filter(published_at__isnull=True).order_by("month", "provider_id")
    waiting = waiting.filter(provider_id=only) if only is not None else waiting
    return list(waiting.values_list("provider_id", "id"))


def due_demotions(today: date) -> list[int]:
    """Providers whose thirty days of notice are over."""
    due = LevelState.objects.using("system").filter(demotion_on__lte=today).order_by("provider_id")
    return list(due.values_list("provider_id", flat=True))


def idle_candidates(at: datetime, *, only: int | None = None) -> list[tuple[int, datetime]]:
    """(provider_id, last active) of providers in the market who had no order for so long that they are warned; `only` one."""
    with connections["system"].cursor() as cursor:
        cursor.execute(IDLE, {"before": at - IDLE_WARNING, "only": only})
        return [(int(provider_id), active_at) for provider_id, active_at in cursor.fetchall()]
