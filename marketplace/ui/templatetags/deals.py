"""Tags for the components of a deal: `{% load deals %}`."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import get_day_names
from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from marketplace.ui import formats
from marketplace.ui.deals import BoardColumn, Month, NextAct, Portion, Stage, time_left
from marketplace.ui.kit import Text

register = template.Library()


@register.simple_tag
def pill(tone: str, text: Text) -> SafeString:
    """A state whose words and tone the view chose."""
    return format_html('<span class="pill pill--{}">{}</span>', tone, text)


@register.simple_tag
def left(due_at: datetime | None, now: datetime | None = None) -> SafeString | str:
    """How long is left until a moment, coloured by how urgent it is. Nothing for None."""
    if due_at is None:
        return ""
    text, tone = time_left(due_at, now or timezone.now())
    return format_html('<span class="left left--{}">{}</span>', tone, text)


@register.inclusion_tag("components/next_act.html")
def next_act(value: NextAct, tz: str | ZoneInfo | None = None, now: datetime | None = None) -> dict[str, Any]:
    """Who acts next and until when: stands at the top of every page of a deal. `now` is for samples."""
    return {"next": value, "tz": tz, "now": now}


@register.inclusion_tag("components/milestones.html")
def milestones(stages: Sequence[Stage], label: Text = "") -> dict[str, Any]:
    """The milestones of a deal, in order."""
    return {"stages": stages, "label": label}


@register.inclusion_tag("components/portions.html")
def portions(parts: Sequence[Portion], label: Text) -> dict[str, Any]:
    """Where a deal's money is, as a bar with its legend."""
    drawn, start = [], 0.0
    for part in parts:
        drawn.append((part, round(start * 100, 3), round(part.share * 100, 3)))
        start += part.share
    return {"parts": drawn, "label": label}


@register.inclusion_tag("components/board.html")
def board(columns: Sequence[BoardColumn], label: Text) -> dict[str, Any]:
    """Jobs by state, side by side. Nothing is dragged: a card leads to its job, where the next act is."""
    return {"columns": columns, "label": label}


@register.inclusion_tag("components/month.html")
def month(value: Month) -> dict[str, Any]:
    """A month with what is due on each day; a list of days on phones."""
    names = get_day_names("abbreviated", locale=formats.locale())
    full = get_day_names("wide", locale=formats.locale())
    return {"month": value, "weekdays": [(names[n], full[n]) for n in range(7)]}


@register.filter
def month_name(day: date) -> str:
    """Year and month."""
    return formats.month(day)
