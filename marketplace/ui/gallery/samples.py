"""Fixed sample data: the gallery looks the same every time, so pictures of it can be compared."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from django import forms
from django.contrib.staticfiles import finders
from django.core.paginator import Paginator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.ui import labels
from marketplace.ui.charts import (
    BandChart,
    BarChart,
    Chart,
    DonutChart,
    Estimate,
    FunnelChart,
    IntervalChart,
    LineChart,
    Marker,
    RankChart,
    Segment,
    Series,
    Slice,
    Sparkline,
    StepChart,
    StepSeries,
)
from marketplace.ui.gallery import deals, market
from marketplace.ui.kit import Check, Event, Kpi, Step, Tab

CHECKS = (
    Check(_("Company"), "done", _("Licence and legal person are complete.")),
    Check(_("Bank account"), "todo", _("Still missing: proof of the account."), _("You"), "#", _("Continue")),
    Check(pgettext_lazy("market", "Review"), "waiting", _("Usually within two working days."), _("Shangban")),
    Check(pgettext_lazy("market", "Deposit"), "blocked", _("The transfer was not found."), _("You"), "#", _("Look")),
    Check(_("Renewal"), "later", _("Due in 30 days.")),
)
TOASTS = (_("The policy was saved."), _("12 rows went to quarantine."), _("The file could not be read."))
START = datetime(2026, 11, 1, tzinfo=UTC)
SALES = (2020, 2180, 2560, 2790, 2990, 2730, 2710, 1940, 2000, 2060, 4330, 1440, 1760, 1770, 1610, 2330, 2470, 2310)
REFUNDS = (210, 262, 250, 300, 295, 240, 280, 236, 230, 190, 380, 150, 170, 160, 165, 260, 228, 262)
STATES = (("paid", 2950), ("submitted", 380), ("held", 120), ("failed", 27))
ROWS = (
    ("SO-2026-1101", "paid", 128800, "CNY", (3, 5, 4, 6, 8, 7, 9)),
    ("SO-2026-1102", "held", 4990, "GBP", (9, 8, 8, 6, 5, 6, 4)),
    ("SO-2026-1103", "unknown", 2900, "JPY", (2, 4, 3, 5, 3, 6, 5)),
    ("SO-2026-1104", "failed", 10005, "KWD", (5, 5, 6, 5, 7, 6, 8)),
)


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label=_("Name"), help_text=_("As buyers see it."))
    email = forms.EmailField(label=_("E-mail"), required=False)
    days = forms.IntegerField(label=_("Days protected"), min_value=1, max_value=90)
    anchor = forms.ChoiceField(label=_("Window counted from"), choices=[("paid", _("payment")), ("delivered", _("delivery"))])
    note = forms.CharField(label=_("Note"), widget=forms.Textarea, required=False)
    file = forms.FileField(label=_("File"), required=False)
    mode = forms.ChoiceField(
        label=_("Mode"), widget=forms.RadioSelect, choices=[("auto", _("Automatic")), ("click", _("On request"))]
    )
    late = forms.BooleanField(label=_("Also pay for drops found late"), required=False, help_text=_("Recommended."))
    locked = forms.CharField(label=_("Currency"), disabled=True, initial="GBP")


def context() -> dict[str, Any]:
    """Everything the gallery's template shows."""
    good = SampleForm(initial={"name": "云途户外", "days": 7, "mode": "auto", "late": True, "anchor": "paid"})
    bad = SampleForm(data={"name": "", "days": 400, "email": "nobody", "anchor": "paid"})
    return {
        "form": good,
        "form_with_errors": bad,
        "icons": _icons(),
        "statuses": sorted(labels.STATUSES),
        "rows": [(*row[:4], Sparkline(values=row[4], label=_("Last 7 days"))) for row in ROWS],
        "kpis": _kpis(),
        "tabs": [
            Tab(_("Claims"), "#tabs", active=True, count=3477),
            Tab(_("Runs"), "#tabs", count=12),
            Tab(_("Policy"), "#tabs"),
        ],
        "steps": [Step(_("Upload"), "done"), Step(_("Read"), "current"), Step(_("Store"), "todo")],
        "steps_failed": [Step(_("Upload"), "done"), Step(_("Read"), "failed"), Step(_("Store"), "todo")],
        "events": _events(),
        "checks": CHECKS,
        "facts": {"paid_amount": 128800, "kept": 3, "window_from": "2026-11-01T00:00:00+00:00", "price_source": "feed"},
        "page_obj": Paginator(range(509152), 50).page(7),
        "may_export": True,
        "charts": charts(),
        "market": market.context(),
        "deals": deals.context(),
    }


def charts() -> list[Chart]:
    """One of each kind."""
    days = [(START + timedelta(days=i)).date() for i in range(len(SALES))]
    sales = Series(_("Sales"), [value * 10000 for value in SALES])
    refunds = Series(_("Refunds"), [value * 10000 for value in REFUNDS])
    return [
        LineChart(title=_("Sales and refunds"), days=days, series=[sales, refunds], currency="CNY"),
        _price_chart(),
        BarChart(
            title=_("Claims by day"),
            categories=[f"11-{day:02d}" for day in range(1, 13)],
            series=[Series(_("Paid"), SALES[:12]), Series(_("On hold"), REFUNDS[:12], tone=3)],
        ),
        DonutChart(
            title=_("Claims by state"),
            slices=[
                Slice(_("Paid"), 2950, 2),
                Slice(_("Submitted"), 380, 1),
                Slice(_("On hold"), 120, 3),
                Slice(_("Failed"), 27, 4),
            ],
            total_name=_("Claims"),
        ),
        RankChart(
            title=_("Why lines were refused"),
            items=[
                (labels.reason_label(code), n) for code, n in (("NO_DROP", 41220), ("BELOW_MIN", 3120), ("NOTHING_KEPT", 420))
            ],
        ),
        *_measured(days),
        LineChart(title=_("An empty chart"), days=days, series=[Series(_("Sales"), [None] * len(days))]),
    ]


def _measured(days: list[date]) -> list[Chart]:
    growth = [180000 * (i + 1) for i in range(len(days))]
    return [
        IntervalChart(
            title=_("Paid, by arm"),
            items=[Estimate(_("Treated"), 0.8, 0.791, 0.8086, 1), Estimate(_("Control group"), 0.74, 0.7203, 0.7588, 3)],
            is_share=True,
        ),
        BandChart(
            title=_("Incremental value"),
            days=days,
            series=[Series(_("Incremental value"), growth)],
            low=[value - 900000 for value in growth],
            high=[value + 900000 for value in growth],
            currency="CNY",
        ),
        FunnelChart(title=_("From message to payment"), items=[(_("Treated"), 8000), (_("Reached"), 7450), (_("Paid"), 6400)]),
    ]


def _price_chart() -> StepChart:
    levels = (19900, 19900, 18900, 18900, 17500, 19900, 19900, 16900, 18900)
    segments = [Segment(START + timedelta(days=2 * i), START + timedelta(days=2 * i + 2), v) for i, v in enumerate(levels)]
    marks = [Marker(START + timedelta(days=d), v, _("Order")) for d, v in ((1, 19900), (5, 18900), (11, 19900))]
    return StepChart(
        title=_("Price over time"),
        series=[StepSeries(_("Public price"), segments)],
        markers=marks,
        since=START,
        until=START + timedelta(days=18),
        currency="CNY",
        tz="Asia/Shanghai",
    )


def _icons() -> list[str]:
    """Every symbol of the sprite."""
    sprite = finders.find("img/icons.svg")
    return re.findall(r'<symbol id="([^"]+)"', Path(sprite).read_text()) if sprite else []


def _kpis() -> list[Kpi]:
    return [
        Kpi(_("Refunded to buyers"), "¥1,284,930.50", _("12.4% more than last week"), "coins", "good"),
        Kpi(_("Claims"), "3,477", _("of 509,152 lines"), "shield"),
        Kpi(_("On hold"), "18", _("3 wait longer than a day"), "clock", "warn"),
        Kpi(_("Failed payouts"), "2", _("will be retried"), "alert", "bad"),
    ]


def _events() -> list[Event]:
    return [
        Event(START, _("Order placed"), tone="info"),
        Event(START + timedelta(hours=1), _("Paid"), "¥1,288.00", "good"),
        Event(START + timedelta(days=6), _("Price protection"), _("The price fell within the protection window"), "warn"),
    ]
