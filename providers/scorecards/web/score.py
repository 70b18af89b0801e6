"""The provider's own score: level, parts, what to do next, and the events behind every number."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import django_filters
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.kernel.errors import UserError
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from marketplace.ui import formats
from marketplace.ui.charts import LineChart, Series
from marketplace.ui.exports import csv_response
from marketplace.ui.kit import Tab
from providers.moderation.errors import AlreadyAsked, TooLate
from providers.moderation.models import Appeal
from providers.moderation.notices import reasons_in_each_language
from providers.moderation.operations.appeals import open_appeal
from providers.profiles.web.common import require_editing
from providers.scorecards import formula, operations, queries
from providers.scorecards.advice import most_to_gain, next_level, requirements
from providers.scorecards.benefits import benefits
from providers.scorecards.kinds import EventKind
from providers.scorecards.models import ScoreEvent
from providers.scorecards.operations.braking import KIND, PlanNotNeeded
from providers.scorecards.parts import part_rows
from providers.scorecards.queries.own import counted_since
from providers.scorecards.words import contribution, value_text

PAGE = 30
COLUMNS = ("when", "kind", "value", "about", "counts")


@require_safe
@requires(Permission.VIEW_CONSOLE, kind="provider")
def home(request: HttpRequest) -> HttpResponse:
    """Level, score, parts, what to do next, and the months before."""
    return TemplateResponse(request, "scorecards/home.html", _home(request))


def _home(request: HttpRequest) -> dict[str, Any]:
    provider_id = request.organization.pk
    cards = list(queries.published_cards(provider_id)[:12])
    card, state = (cards[0] if cards else None), queries.level_state(provider_id)
    level = state.level if state else 1
    above, plan = next_level(level), queries.open_plan(provider_id)
    rows = part_rows(card) if card else []
    has_events = any(row.n for row in rows)
    return {
        "card": card if has_events else None,
        "state": state,
        "level": formula.LEVELS[level],
        "benefits": benefits(formula.LEVELS[level]),
        "above_brings": benefits(above) if above else [],
        "demotion": formula.LEVELS[state.demotion_to] if state and state.demotion_to else None,
        "above": above,
        "requirements": requirements(card if has_events else None, above) if above else [],
        "rows": rows,
        "gains": most_to_gain(card) if card and has_events else [],
        "chart": _chart(cards) if has_events and len(cards) > 1 else None,
        "plan": plan if plan and state and state.braked_at else None,
        "plan_said": reasons_in_each_language(KIND, plan.reasons, plan.note)[formats.language()] if plan else "",
        "may_edit": Permission.EDIT_PROFILE in request.rights,
    }


class ScoreChart(LineChart):
    """Scores are not summed: the reading says where they went."""

    def sentence(self) -> str:
        values = self.series[0].values
        words = {"then": formats.number(values[0] or 0), "now": formats.number(values[-1] or 0)}
        return _("From %(then)s to %(now)s in these months.") % words


def _chart(cards: list[Any]) -> ScoreChart:
    months = list(reversed(cards))
    series = Series(name=_("Score"), values=[card.score / 100 for card in months])
    return ScoreChart(title=_("Score by month"), days=[card.month for card in months], series=[series], area=False)


@require_safe
@requires(Permission.VIEW_CONSOLE, kind="provider")
def part(request: HttpRequest) -> HttpResponse:
    """The events behind one number of one month; what they add up to is that number."""
    code = request.GET.get("part", "on_time")
    if code not in formula.PARTS and code != "renewal":
        raise Http404
    provider_id = request.organization.pk
    asked = parse_date(f"{request.GET.get('month', '')}-01") if request.GET.get("month") else None
    card = queries.card_of(provider_id=provider_id, month=asked) if asked else queries.newest_card(provider_id)
    found = queries.events_behind(card, code) if card else ScoreEvent.objects.none()
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    for event in page.object_list:
        event.words, event.adds = value_text(event), contribution(event, code)
    row = next((row for row in part_rows(card) if row.part.code == code), None) if card else None
    context = {
        "code": code,
        "part": formula.PARTS.get(code),
        "row": row,
        "card": card,
        "page_obj": page,
        "tabs": _months(f"{request.path}?part={code}", provider_id, card.month if card else None),
        "formula": {"n": formula.PRIOR_N, "good": formula.PRIOR_GOOD},
    }
    return TemplateResponse(request, "scorecards/part.html", context)


def _months(path: str, provider_id: int, chosen: date | None) -> list[Tab]:
    months = queries.published_cards(provider_id).values_list("month", flat=True)[:6]
    return [Tab(label=formats.month(month), url=f"{path}&month={month:%Y-%m}", active=month == chosen) for month in months]


class EventFilter(django_filters.FilterSet):
    label = django_filters.CharFilter(label=gettext_lazy("About"), lookup_expr="icontains")
    kind = django_filters.ChoiceFilter(label=gettext_lazy("Event"), choices=EventKind.choices, empty_label=gettext_lazy("All"))
    o = django_filters.OrderingFilter(fields={"at": "at", "value": "value"})

    class Meta:
        model = ScoreEvent
        fields = ["label", "kind"]


@require_safe
@requires(Permission.VIEW_CONSOLE, kind="provider")
def events(request: HttpRequest) -> HttpResponse:
    """Everything that was recorded, counted or not."""
    found = queries.events_of(request.organization.pk)
    narrowed = EventFilter(request.GET, queryset=found, request=request)
    page = Paginator(narrowed.qs, PAGE).get_page(request.GET.get("page"))
    for event in page.object_list:
        event.words = value_text(event)
    context = {
        "page_obj": page,
        "filter": narrowed,
        "has_events": page.paginator.count > 0 or found.exists(),
        "may_export": Permission.EXPORT in request.rights,
    }
    return TemplateResponse(request, "scorecards/events.html", context)


@require_safe
@requires(Permission.EXPORT, kind="provider")
def export(request: HttpRequest) -> StreamingHttpResponse:
    """The filtered list as CSV."""
    return csv_response("score-events.csv", COLUMNS, _lines(request))


def _lines(request: HttpRequest) -> Iterator[tuple[str, ...]]:
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        found = EventFilter(request.GET, queryset=queries.events_of(request.organization.pk), request=request).qs
        for row in found.iterator(chunk_size=2_000):
            yield row.at.isoformat(), row.kind, str(row.value), row.label, "no" if row.is_struck else "yes"


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.VIEW_CONSOLE, kind="provider")
def event(request: HttpRequest, pk: int) -> HttpResponse:
    """One event; POST appeals against it."""
    if request.method == "POST":
        return _appeal(request, pk)
    return TemplateResponse(request, "scorecards/event.html", _event(request, pk))


def _event(request: HttpRequest, pk: int) -> dict[str, Any]:
    provider_id, now = request.organization.pk, timezone.now()
    found = queries.access_event(provider_id=provider_id, pk=pk)
    since = counted_since(found)
    until = since + timedelta(days=formula.APPEAL_DAYS)
    appeal = Appeal.objects.filter(provider_id=provider_id, against="score", subject_id=pk).order_by("-id").first()
    return {
        "event": found,
        "words": value_text(found),
        "appeal": appeal,
        "until": until,
        "may_appeal": Permission.EDIT_PROFILE in request.rights and appeal is None and not found.is_struck and now <= until,
    }


def _appeal(request: HttpRequest, pk: int) -> HttpResponse:
    require_editing(request)
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        queries.access_event(provider_id=request.organization.pk, pk=pk)
    text = request.POST.get("text", "")
    try:
        open_appeal(
            provider_id=request.organization.pk,
            against="score",
            subject_id=pk,
            text=text,
            by=person(request.user.pk),
            at=timezone.now(),
        )
    except (AlreadyAsked, TooLate) as error:
        messages.error(request, str(error))
        return redirect("score:event", pk)
    except UserError as error:
        with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
            context = {**_event(request, pk), "error": str(error), "text": text}
            return TemplateResponse(request, "scorecards/event.html", context, status=400).render()
    messages.success(request, _("Your appeal is with our staff; the answer comes within two working days."))
    return redirect("score:event", pk)


@require_POST
@requires(Permission.EDIT_PROFILE)
def plan(request: HttpRequest) -> HttpResponse:
    """Hand in an improvement plan."""
    text = request.POST.get("text", "")
    try:
        operations.submit_plan(provider_id=request.organization.pk, text=text, by=person(request.user.pk), at=timezone.now())
    except PlanNotNeeded as error:
        messages.info(request, str(error))
        return redirect("score:home")
    except UserError as error:
        with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
            context = {**_home(request), "plan_error": str(error), "plan_text": text}
            return TemplateResponse(request, "scorecards/home.html", context, status=400).render()
    messages.success(request, _("Your plan is with our staff; the answer comes within two working days."))
    return redirect("score:home")
