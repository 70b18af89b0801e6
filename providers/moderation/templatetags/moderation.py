"""The inbox for the index page of the admin, which belongs to no room."""

from datetime import datetime, timedelta
from typing import Any

from django import template
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.staff.names import names_of
from marketplace.ui import formats
from marketplace.ui.kit import Kpi, Tab, Text
from providers.moderation import policies
from providers.moderation.admin.clock import clock_pill, due_pill, span
from providers.moderation.kinds import label_of
from providers.moderation.models import Review
from providers.moderation.queries import inbox as queries
from providers.moderation.waiting import Source, Waiting, waiting_for

register = template.Library()
SHOWN = 25
Others = dict[str, tuple[Source, list[Waiting]]]


@register.simple_tag(takes_context=True)
def inbox(context: dict[str, Any]) -> dict[str, Any]:
    """Figures, one tab per kind, and what is due first."""
    request: HttpRequest = context["request"]
    now = timezone.now()
    sees_reviews = request.user.has_perm("moderation.view_review")  # type: ignore[union-attr]
    others = waiting_for(request.user)
    by_kind = queries.waiting_by_kind() if sees_reviews else {}
    known = {**by_kind, **{kind: len(rows) for kind, (_source, rows) in others.items()}}
    chosen = request.GET.get("kind", "") if request.GET.get("kind", "") in known else ""
    reviews = queries.oldest(kind=chosen, limit=SHOWN) if sees_reviews and (not chosen or chosen in by_kind) else []
    rows = _rows(reviews, now) + _other_rows(others, chosen, now)
    rows.sort(key=lambda row: row["due_at"])
    total = known[chosen] if chosen else sum(known.values())
    return {
        "may_look": sees_reviews or bool(others),
        "kpis": _figures(_counts(now), others, now) if sees_reviews else [],
        "tabs": _tabs(known, {kind: source.label for kind, (source, _rows) in others.items()}, chosen),
        "rows": rows[:SHOWN],
        "total": total,
        "more_url": _more_url(others, chosen, sees_reviews) if total > SHOWN else "",
        "kind": chosen,
    }


def _counts(now: datetime) -> queries.Counts:
    return queries.inbox_counts(at=now, day=timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0))


def _more_url(others: Others, chosen: str, sees_reviews: bool) -> str:
    """The whole list of what is chosen; of everything, the reviews'."""
    if chosen in others:
        return others[chosen][0].list_url()
    url = reverse("admin:moderation_review_changelist") if sees_reviews else ""
    return f"{url}?kind={chosen}" if url and chosen else url


def _figures(counts: queries.Counts, others: Others, now: datetime) -> list[Kpi]:
    rows = [row for _source, found in others.values() for row in found]
    overdue = counts.overdue + sum(row.due_at < now for row in rows)
    usual = "–" if counts.usual_hours is None else span(timedelta(hours=counts.usual_hours))
    late = _("Past its time") if overdue else _("Nobody waits too long.")
    return [
        Kpi(_("Waiting"), formats.number(counts.waiting + len(rows)), icon="inbox"),
        Kpi(_("Overdue"), formats.number(overdue), late, "alert", "bad" if overdue else "good"),
        Kpi(_("Second look"), formats.number(counts.second_look), _("Drawn from what a rule approved"), "eye"),
        Kpi(_("Decided today"), formats.number(counts.decided_today), _("Usually after %(span)s") % {"span": usual}, "check"),
    ]


def _tabs(by_kind: dict[str, int], labels: dict[str, Text], chosen: str) -> list[Tab]:
    first = Tab(_("All"), "?", not chosen, sum(by_kind.values()))
    return [
        first,
        *(Tab(labels.get(kind) or label_of(kind), f"?kind={kind}", kind == chosen, count) for kind, count in by_kind.items()),
    ]


def _rows(rows: list[Review], now: Any) -> list[dict[str, Any]]:
    names = names_of(rows)
    return [
        {
            "title": row.title,
            "url": reverse("admin:moderation_review_change", args=[row.pk]),
            "detail": " · ".join(str(part) for part in (label_of(row.kind), _closer(row)) if part),
            "party": names.organizations.get(row.provider_id, ""),
            "since": row.opened_at,
            "due_at": row.due_at,
            "clock": due_pill(row, now),
            "claimed_by": names.people.get(row.claimed_by_id or 0, "") if policies.is_claimed(row, now) else "",
        }
        for row in rows
    ]


def _closer(row: Review) -> str:
    """What distinguishes a review from others of its kind."""
    return _("Second look") if row.state == "sampled" else _("Low risk") if row.risk == "low" else ""


def _other_rows(others: Others, chosen: str, now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "title": row.title, "url": row.url, "detail": f"{source.label} · {row.detail}", "party": row.party,
            "since": row.since, "due_at": row.due_at, "clock": clock_pill(row.due_at, now), "claimed_by": "",
        }
        for kind, (source, rows) in others.items()
        if chosen in ("", kind)
        for row in rows[:SHOWN]
    ]  # fmt: skip
