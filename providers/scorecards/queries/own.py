"""A provider's own score. Everything needs the provider's scope."""

from datetime import UTC, date, datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from marketplace.kernel.errors import NotFound
from providers.scorecards.formula import MONTHS, PARTS
from providers.scorecards.kinds import EventKind
from providers.scorecards.models import ImprovementPlan, LevelState, Scorecard, ScoreEvent, Strike


def cards(provider_id: int) -> QuerySet[Scorecard]:
    """Newest month first."""
    return Scorecard.objects.filter(provider_id=provider_id).order_by("-month")


def published_cards(provider_id: int) -> QuerySet[Scorecard]:
    return cards(provider_id).filter(published_at__isnull=False)


def newest_card(provider_id: int) -> Scorecard | None:
    """The newest that took effect."""
    return published_cards(provider_id).first()


def card_of(*, provider_id: int, month: date) -> Scorecard:
    """The card of a month that took effect. Raises NotFound."""
    found = published_cards(provider_id).filter(month=month).first()
    if found is None:
        raise NotFound(_("There is no score for this month."))
    return found


def level_state(provider_id: int) -> LevelState | None:
    return LevelState.objects.filter(provider_id=provider_id).first()


def events_of(provider_id: int) -> QuerySet[ScoreEvent]:
    """Every event, newest first, with `is_struck`."""
    strikes = Strike.objects.filter(provider_id=provider_id, event_id=OuterRef("pk"))
    return ScoreEvent.objects.filter(provider_id=provider_id).annotate(is_struck=Exists(strikes)).order_by("-at", "-id")


def events_behind(card: Scorecard, code: str) -> QuerySet[ScoreEvent]:
    """The events a part of a card was counted from, newest first: exactly those, whatever came later.

    For "dispute_free" these are the accepted jobs and the rulings; for "renewal" the renewals that were due.
    """
    kinds = {"dispute_free": (EventKind.ACCEPTED, EventKind.RULED), "renewal": (EventKind.RENEWED,)}
    chosen = kinds.get(code) or (PARTS[code].kind,)
    struck = Strike.objects.filter(provider_id=card.provider_id, event_id=OuterRef("pk"), id__lte=card.last_strike_id)
    since, until = window(card.month)
    found = ScoreEvent.objects.filter(
        provider_id=card.provider_id, kind__in=chosen, at__gte=since, at__lt=until, id__lte=card.last_event_id
    )
    return found.exclude(Exists(struck)).order_by("-at", "-id")


def window(month: date) -> tuple[datetime, datetime]:
    """The twelve months before the first of a month, UTC."""
    until = datetime(month.year, month.month, 1, tzinfo=UTC)
    years, rest = divmod(MONTHS, 12)
    year, number = month.year - years, month.month - rest
    if number < 1:
        year, number = year - 1, number + 12
    return datetime(year, number, 1, tzinfo=UTC), until


def access_event(*, provider_id: int, pk: int) -> ScoreEvent:
    """One event. Raises NotFound for foreign and missing alike."""
    found = events_of(provider_id).filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no such event."))
    return found


def open_plan(provider_id: int) -> ImprovementPlan | None:
    """The newest plan, whatever became of it."""
    return ImprovementPlan.objects.filter(provider_id=provider_id).order_by("-id").first()


def counted_since(event: ScoreEvent) -> datetime:
    """When an event first counted in a published card; when it happened, while it has not yet."""
    after = (event.at + timedelta(microseconds=1)).date()
    first = (
        Scorecard.objects.filter(
            provider_id=event.provider_id, published_at__isnull=False, month__gt=after, last_event_id__gte=event.pk
        )
        .order_by("month")
        .values_list("published_at", flat=True)
        .first()
    )
    return first or event.at
