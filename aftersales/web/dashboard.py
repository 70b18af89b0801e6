"""The merchant's first page."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from aftersales import queries
from aftersales.programs.price_protection.rules import PROGRAM
from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.ui import formats
from marketplace.ui.charts import Chart, DonutChart, LineChart, Series, Slice
from marketplace.ui.kit import Kpi
from marketplace.ui.labels import series_tone, status_label
from marketplace.ui.waiting import waits
from orders.store.queries import batches, daily_sales, order_counts

DAYS = 30


@require_safe
@requires(Permission.VIEW_ORDERS)
def dashboard(request: HttpRequest) -> HttpResponse:
    merchant_id = request.organization.pk
    counts = order_counts(merchant_id)
    claims = list(queries.claims(merchant_id, PROGRAM)[:6])
    for claim in claims:
        claim.shown_state = queries.shown_state(claim)
    payouts = queries.payout_totals(merchant_id, PROGRAM)
    held = sum(row["count"] for row in queries.claim_totals(merchant_id, PROGRAM) if row["state"] == "held")
    context = {
        "headline": _headline(merchant_id),
        "kpis": _kpis(counts, payouts, held),
        "sales_chart": _sales(merchant_id, counts["newest"], formats.zone(counts["zone"])),
        "claims_chart": _claims(payouts, held),
        "claims": claims,
        "batches": batches(merchant_id)[:5],
        "has_orders": counts["orders"] > 0,
        "today": timezone.localdate(),
        "waits": waits("merchant", merchant_id, timezone.now()),
    }
    return TemplateResponse(request, "dashboard.html", context)


def _headline(merchant_id: int) -> str:
    """What price protection did in its last run, in one sentence."""
    last = queries.runs(merchant_id, PROGRAM).filter(state="finished", order__isnull=True).first()
    if last is None:
        return ""
    amounts = " · ".join(formats.money(amount, currency) for currency, amount in last.counts["amounts"].items())
    if not amounts:
        return _("The last run of price protection found nothing new to refund.")
    return _("The last run of price protection refunded %(amount)s on %(lines)s order lines.") % {
        "amount": amounts,
        "lines": formats.number(last.counts["claims"]),
    }


def _kpis(counts: dict[str, Any], payouts: list[dict[str, Any]], held: int) -> list[Kpi]:
    paid: dict[str, int] = {}
    for row in payouts:
        if row["state"] == "paid":
            paid[row["currency"]] = paid.get(row["currency"], 0) + int(row["amount"])
    moving = sum(row["count"] for row in payouts if row["state"] not in ("paid", "failed"))
    shown = " · ".join(formats.money(amount, currency) for currency, amount in paid.items()) or "0"
    return [
        Kpi(label=_("Refunded by price protection"), value=shown, icon="shield"),
        Kpi(label=_("Orders"), value=formats.number(counts["orders"]), icon="orders"),
        Kpi(label=_("Payouts on their way"), value=formats.number(moving), icon="clock"),
        Kpi(label=_("Claims held for review"), value=formats.number(held), icon="alert", tone="warn" if held else ""),
    ]


def _sales(merchant_id: int, newest: datetime | None, zone: ZoneInfo) -> Chart | None:
    """Captured and refunded by day over the thirty days up to the newest order's, as the clock of its shop has days."""
    if newest is None:
        return None
    last = newest.astimezone(zone).date()
    days = [last - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    since = datetime.combine(days[0], time(), zone)
    rows = daily_sales(merchant_id, since=since, until=newest + timedelta(days=1), zone=zone)
    if not rows:
        return None
    currency = rows[0]["currency"]
    found = {row["day"]: row for row in rows if row["currency"] == currency}
    captured = [int(found[day]["captured"]) if day in found else 0 for day in days]
    refunded = [int(found[day]["refunded"]) if day in found else 0 for day in days]
    series = [Series(_("Captured"), captured)]
    if any(refunded):
        series.append(Series(_("Refunded"), refunded))
    return LineChart(title=_("Sales by day"), days=days, series=series, currency=currency)


def _claims(payouts: list[dict[str, Any]], held: int) -> Chart | None:
    counts: dict[str, int] = {}
    for row in payouts:
        counts[row["state"]] = counts.get(row["state"], 0) + row["count"]
    if held:
        counts["held"] = held
    if not counts:
        return None
    slices = [Slice(status_label(state), count, series_tone(state)) for state, count in sorted(counts.items())]
    return DonutChart(title=_("Claims by state"), slices=slices, total_name=_("Claims"))
