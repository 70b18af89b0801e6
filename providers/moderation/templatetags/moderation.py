"""The inbox for the index page of the admin, which belongs to no room."""

from datetime import timedelta
from typing import Any

from django import template
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.staff.names import names_of
from marketplace.ui import formats
from marketplace.ui.kit import Kpi, Tab
from providers.moderation import policies
from providers.moderation.admin.clock import due_pill, span
from providers.moderation.kinds import label_of
from providers.moderation.models import Review
from providers.moderation.queries import inbox as queries

register = template.Library()
SHOWN = 25


@register.simple_tag(takes_context=True)
def inbox(context: dict[str, Any]) -> dict[str, Any]:
    """Figures, one tab per kind, and what is due first."""
    request: HttpRequest = context["request"]
    now = timezone.now()
    counts = queries.inbox_counts(at=now, day=timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0))
    by_kind = queries.waiting_by_kind()
    chosen = request.GET.get("kind", "") if request.GET.get("kind", "") in by_kind else ""
    rows = queries.oldest(kind=chosen, limit=SHOWN)
    total = by_kind.get(chosen) if chosen else sum(by_kind.values())
    return {
        "kpis": _figures(counts),
        "tabs": _tabs(by_kind, chosen),
        "rows": _rows(rows, now),
        "total": total,
        "has_more": (total or 0) > len(rows),
        "kind": chosen,
    }


def _figures(counts: queries.Counts) -> list[Kpi]:
    usual = "–" if counts.usual_hours is None else span(timedelta(hours=counts.usual_hours))
    late = _("Longer than two working days") if counts.overdue else _("Nobody waits too long.")
    return [
        Kpi(_("Waiting"), formats.number(counts.waiting), icon="inbox"),
        Kpi(_("Overdue"), formats.number(counts.overdue), late, "alert", "bad" if counts.overdue else "good"),
        Kpi(_("Second look"), formats.number(counts.second_look), _("Drawn from what a rule approved"), "eye"),
        Kpi(_("Decided today"), formats.number(counts.decided_today), _("Usually after %(span)s") % {"span": usual}, "check"),
    ]


def _tabs(by_kind: dict[str, int], chosen: str) -> list[Tab]:
    first = Tab(_("All"), "?", not chosen, sum(by_kind.values()))
    return [first, *(Tab(label_of(kind), f"?kind={kind}", kind == chosen, count) for kind, count in by_kind.items())]


def _rows(rows: list[Review], now: Any) -> list[dict[str, Any]]:
    names = names_of(rows)
    return [
        {
            "review": row,
            "kind": label_of(row.kind),
            "provider": names.organizations.get(row.provider_id, ""),
            "clock": due_pill(row, now),
            "claimed_by": names.people.get(row.claimed_by_id or 0, "") if policies.is_claimed(row, now) else "",
        }
        for row in rows
    ]
