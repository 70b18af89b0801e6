"""The kit's tags and filters. A template builtin (see settings): no `{% load %}` needed.

Small marks (icon, pill, money) are built here because lists print thousands of them; larger components live in
`templates/components/`.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.conf import settings
from django.core.paginator import Page
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect
from django.http import QueryDict
from django.shortcuts import resolve_url
from django.template.context import RequestContext
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from marketplace.ui import formats, labels
from marketplace.ui.facts import Fact, readable
from marketplace.ui.kit import Check, Event, Kpi, Step, Tab, Text, Tone

register = template.Library()

TOAST_TONES: Mapping[str, Tone] = {"success": "good", "warning": "warn", "error": "bad"}
TONE_ICONS: Mapping[str, str] = {
    "good": "check-circle",
    "warn": "alert",
    "bad": "alert",
    "info": "info",
    "muted": "info",
}


#: Nothing evaluated, nothing injected, nothing cross-site; a form sent back with errors (422) is shown.
HTMX_CONFIG = {
    "allowEval": False,
    "includeIndicatorStyles": False,
    "selfRequestsOnly": True,
    "historyCacheSize": 0,
    "responseHandling": [
        {"code": "204", "swap": False},
        {"code": "[23]..", "swap": True},
        {"code": "422", "swap": True},
        {"code": "[45]..", "swap": False, "error": True},
    ],
}


# Marks ---------------------------------------------------------------------------------------------------------------


@register.simple_tag
def htmx_config() -> str:
    """The content of the `htmx-config` meta element."""
    return json.dumps(HTMX_CONFIG)


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """An icon of our own sprite, hidden from screen readers. `size` is "", "sm" or "lg"."""
    return _icon(name, size, static("img/icons.svg") if settings.DEBUG else _sprite())


@lru_cache(maxsize=1)
def _sprite() -> str:
    """Static files have the same address as long as a process lives."""
    return static("img/icons.svg")


@lru_cache(maxsize=512)
def _icon(name: str, size: str, sprite: str) -> SafeString:
    css = f"icon icon--{size}" if size else "icon"
    return format_html(
        '<svg class="{}" width="18" height="18" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        css,
        sprite,
        name,
    )


@register.simple_tag
def status_pill(status: str, label: Text = "") -> SafeString:
    """A stored state as text and colour."""
    key = str(status)
    busy = " pill--busy" if key in labels.BUSY else ""
    text = label or labels.status_label(key)
    return format_html('<span class="pill pill--{}{}">{}</span>', labels.status_tone(key), busy, text)


@register.filter
def reason(code: str | None) -> Text:
    """A reason code in words."""
    return labels.reason_label(code) if code else ""


@register.filter
def channel(code: str | None) -> Text:
    """Where an order came from, in words."""
    return labels.channel_label(code) if code else ""


@register.filter
def tender(method: str | None) -> Text:
    """A means of payment in words."""
    return labels.tender_label(method or "")


@register.filter
def program_name(name: str | None) -> Text:
    """A program in words; the empty name means all of them."""
    return labels.program_label(name or "")


@register.filter
def transfer_kind(kind: str) -> Text:
    """What a ledger transfer was for."""
    return labels.transfer_label(kind)


@register.filter
def fact_label(key: str) -> Text:
    """The label of a stored key."""
    return labels.fact_label(key)


@register.filter
def money(amount: int | None, currency: str) -> str:
    """Minor units and an ISO currency, in the reader's language. Nothing for None."""
    return "" if amount is None or not currency else formats.money(int(amount), str(currency))


@register.filter
def money_by_currency(amounts: Mapping[str, int] | None) -> str:
    """Minor units by currency, one after the other: {"GBP": 100, "JPY": 50} → £1.00 · JP¥50."""
    return " · ".join(formats.money(amount, currency) for currency, amount in (amounts or {}).items())


@register.filter
def number(value: int | float | None) -> str:
    """A grouped number. Nothing for None."""
    return "" if value is None or value == "" else formats.number(value)


@register.filter
def percent(share: float | None) -> str:
    """A share of 1 as a percentage. Nothing for None."""
    return "" if share is None else formats.percent(share)


@register.filter
def local_datetime(moment: datetime | None, tz: str | ZoneInfo | None = None) -> SafeString | str:
    """A `<time>` in the shop's zone, to the minute. Nothing for None."""
    if not moment:
        return ""
    text = formats.local_datetime(moment, tz)
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(), tz or "UTC", text)


@register.filter
def local_date(moment: date | None, tz: str | ZoneInfo | None = None) -> SafeString | str:
    """A `<time>` showing the local day. Nothing for None."""
    if not moment:
        return ""
    return format_html('<time datetime="{}">{}</time>', moment.isoformat(), formats.local_date(moment, tz))


@register.filter
def toast_tone(level: str) -> Tone:
    """The tone of a Django message level."""
    return TOAST_TONES.get(level, "info")


@register.filter
def tone_icon(tone: str) -> str:
    """The icon that goes with a tone."""
    return TONE_ICONS.get(tone, "info")


# Components ----------------------------------------------------------------------------------------------------------


@register.inclusion_tag("components/field.html")
def field(bound: BoundField, hint: Text = "", mark_optional: bool = True) -> dict[str, Any]:
    """A form field with label, help and errors tied together by `aria-describedby`.

    Filters are all optional, so they pass `mark_optional=False`.
    """
    help_text = hint or bound.help_text
    base = bound.auto_id or bound.html_name
    described = [f"{base}_help"] if help_text else []
    described += [f"{base}_error"] if bound.errors else []
    attrs: dict[str, str | bool] = {"aria-describedby": " ".join(described)} if described else {}
    if bound.errors:
        attrs["aria-invalid"] = "true"
    widget = bound.field.widget
    return {
        "bound": bound,
        "control": bound.as_widget(attrs=attrs),
        "base": base,
        "help_text": help_text,
        "is_group": isinstance(widget, RadioSelect | CheckboxSelectMultiple),
        "is_choice": isinstance(widget, CheckboxInput),
        "optional": mark_optional and not bound.field.required and not isinstance(widget, CheckboxInput),
    }


@register.inclusion_tag("components/empty_state.html")
def empty_state(
    title: Text, text: Text = "", action_url: str = "", action_label: Text = "", icon_name: str = "inbox"
) -> dict[str, Any]:
    """What to show instead of nothing, with the next step."""
    return {
        "title": title,
        "text": text,
        "action_url": action_url,
        "action_label": action_label,
        "icon_name": icon_name,
    }


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: RequestContext, page_obj: Page[Any], param: str = "page") -> dict[str, Any]:
    """Page links that keep the query string."""
    pages = page_obj.paginator.get_elided_page_range(page_obj.number, on_each_side=1, on_ends=1)
    return {"request": context.get("request"), "page_obj": page_obj, "pages": list(pages), "param": param}


@register.inclusion_tag("components/list_foot.html", takes_context=True)
def list_foot(context: RequestContext, page_obj: Page[Any], export: str) -> dict[str, Any]:
    """Below a list: its pages, and the same rows as CSV where `may_export` says so. `export` is that address, or its name."""
    request = context.get("request")
    query = request.GET.urlencode() if request else ""
    export_url = f"{resolve_url(export)}{'?' if query else ''}{query}" if context.get("may_export") else ""
    return {"request": request, "page_obj": page_obj, "export_url": export_url}


@register.simple_tag(takes_context=True)
def page_query(context: RequestContext, param: str, value: object) -> str:
    """The current query string with one parameter changed: `?status=paid&page=3`."""
    query = _query(context)
    query[param] = str(value)
    return "?" + query.urlencode()


@register.inclusion_tag("components/sort_header.html", takes_context=True)
def sort_header(context: RequestContext, name: str, label: Text, numeric: bool = False, param: str = "o") -> dict[str, Any]:
    """A sortable `<th>`: ascending, then descending, through `?o=name` (django-filter's ordering)."""
    query = _query(context)
    now = query.get(param, "")
    state = {name: "ascending", f"-{name}": "descending"}.get(now, "")
    following = f"-{name}" if state == "ascending" else name
    query[param] = following
    query.pop("page", None)
    return {
        "label": label,
        "numeric": numeric,
        "state": state,
        "url": "?" + query.urlencode(),
    }


@register.inclusion_tag("components/progress.html")
def progress(value: int | None, maximum: int | None, label: Text = "") -> dict[str, Any]:
    """How far a job is; indeterminate when the total is not known."""
    known = value is not None and bool(maximum)
    share = min(1.0, value / maximum) if value is not None and maximum else 0.0
    return {"value": value, "max": maximum, "label": label, "known": known, "share": share}


@register.inclusion_tag("components/kpi.html")
def kpi(label: Text, value: Text, hint: Text = "", icon_name: str = "", tone: str = "", url: str = "") -> dict[str, Any]:
    """One key figure; place inside `<div class="kpis">`."""
    return {"item": Kpi(label=label, value=value, hint=hint, icon=icon_name, tone=tone, url=url)}  # type: ignore[arg-type]


@register.inclusion_tag("components/kpis.html")
def kpis(items: Sequence[Kpi]) -> dict[str, Any]:
    """A strip of key figures."""
    return {"items": items}


@register.inclusion_tag("components/breadcrumbs.html")
def breadcrumbs(*pairs: Text) -> dict[str, Any]:
    """Where this page is: label, URL, label, URL, … The last label has no URL."""
    crumbs = [(pairs[i], pairs[i + 1] if i + 1 < len(pairs) else "") for i in range(0, len(pairs), 2)]
    return {"crumbs": crumbs}


@register.inclusion_tag("components/tabs.html")
def tabs(items: Sequence[Tab], label: Text) -> dict[str, Any]:
    """Sibling views as links."""
    return {"items": items, "label": label}


@register.inclusion_tag("components/stepper.html")
def stepper(steps: Sequence[Step], label: Text = "") -> dict[str, Any]:
    """Stages of a process."""
    return {"steps": steps, "label": label}


CHECK_ICONS: Mapping[str, str] = {
    "done": "check-circle",
    "todo": "edit",
    "waiting": "clock",
    "blocked": "alert",
    "later": "calendar",
}


@register.inclusion_tag("components/checklist.html")
def checklist(items: Sequence[Check], label: Text = "") -> dict[str, Any]:
    """What is done and what is not, who acts next, and where."""
    first = next((item for item in items if item.url and item.state in ("todo", "blocked")), None)
    return {"items": [(item, CHECK_ICONS[item.state], item is first) for item in items], "label": label}


@register.inclusion_tag("components/timeline.html")
def timeline(events: Sequence[Event], tz: str | ZoneInfo | None = None) -> dict[str, Any]:
    """What happened, in order, in the shop's zone."""
    return {"events": events, "tz": tz}


@register.inclusion_tag("components/facts.html")
def facts(
    values: Mapping[str, object] | None, currency: str = "", tz: str | ZoneInfo | None = None, layout: str = ""
) -> dict[str, Any]:
    """A stored dictionary (inputs, counts) as labelled values.

    `layout` is "" (columns), "rows", or "split" (rows in two columns).
    """
    items: list[Fact] = readable(values or {}, currency, tz)
    return {"items": items, "layout": layout}


@register.inclusion_tag("components/chart.html")
def chart(chart_obj: Any, heading: str = "h3") -> dict[str, Any]:
    """A server-side chart with its reading and its table."""
    return {"chart": chart_obj, "heading": heading}


@register.simple_block_tag
def dialog(content: str, key: str, title: Text) -> SafeString:
    """`{% dialog "id" "Title" %}…{% enddialog %}`; open it with `data-dialog-open="id"`."""
    return format_html(
        '<dialog class="dialog" id="{0}" aria-labelledby="{0}-title">'
        '<div class="dialog__head"><h2 id="{0}-title">{1}</h2>'
        '<button type="button" class="btn btn--quiet btn--icon btn--sm" data-dialog-close aria-label="{2}">{3}</button>'
        '</div><div class="dialog__body">{4}</div></dialog>',
        key,
        title,
        gettext("Close"),
        icon("close"),
        content,
    )


def _query(context: RequestContext) -> QueryDict:
    """A changeable copy of the page's query string; empty without a request."""
    request = context.get("request")
    return request.GET.copy() if request is not None else QueryDict(mutable=True)
