"""A finished forecast as its page shows it."""

from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from aftersales.previews.models import Forecast
from aftersales.previews.queries import Actual, actual
from aftersales.previews.results import break_even
from marketplace.ui import formats
from marketplace.ui.charts import BandChart, BarChart, Chart, LineChart, RankChart, Series
from marketplace.ui.kit import Kpi
from orders.store.queries import skus

#: More days than this are drawn by week.
DAILY = 62


def shown(found: Forecast, *, as_of: datetime) -> dict[str, Any]:
    """KPIs, plots, the ten dearest products, and what came since."""
    result: dict[str, Any] = found.result or {}
    since = actual(found, as_of=as_of)
    return {
        "kpis": _kpis(found, result),
        "cost_chart": _cost_chart(found, result),
        "sku_chart": _sku_chart(found, result),
        "actual_chart": _actual_chart(found, result, since, as_of),
        "actual_amount": formats.money(since.amount, result["currency"]),
        "assumptions": ASSUMPTIONS[found.program](),
        "days": [(date.fromisoformat(day), count, amount) for day, count, amount in result["days"]],
        "currency": result["currency"],
        "seconds": result["seconds"],
    }


def _protection_assumptions() -> list[str]:
    return [
        _("One run at the end of every day; every buyer who is owed something gets it."),
        _("The range holds 95 of 100 totals if products fall in price as often again (resampled by product)."),
        _("Returns and deliveries as they are known today."),
    ]


def _presale_assumptions() -> list[str]:
    return [
        _("Buyers pay when they did without a reminder; a reminder is due only while the balance is open."),
        _("The range goes from the cheapest to the dearest channel of each step; quiet hours and opt-outs would make it less."),
    ]


def _retention_assumptions() -> list[str]:
    return [
        _("Every request could get a money offer up to its limit; in fact many get help without money, so this is the most."),
        _("Money offers accepted on 5, 15 and 30 of 100 requests: low, expected, high."),
    ]


ASSUMPTIONS = {
    "price_protection": _protection_assumptions,
    "presale_balance": _presale_assumptions,
    "refund_retention": _retention_assumptions,
}


def things(program: str) -> str:
    """What a program's forecast counts."""
    return {"price_protection": _("Claims"), "presale_balance": _("Reminders"), "refund_retention": _("Refund requests")}[program]


def _kpis(found: Forecast, result: dict[str, Any]) -> list[Kpi]:
    def money(amount: float) -> str:
        return formats.money(round(amount), result["currency"])

    days = (found.until - found.since).days
    dearest = max((amount for _day, _count, amount in result["days"]), default=0)
    per_day = _("%(mean)s a day on average") % {"mean": money(result["amount"] / days)}
    kpis = [
        Kpi(_("Expected cost"), money(result["amount"]), f"{money(result['low'])} … {money(result['high'])}", "coins"),
        Kpi(things(found.program), formats.number(result["count"]), _("in %(n)s days") % {"n": days}),
        Kpi(_("Dearest day"), money(dearest), per_day, "clock"),
    ]
    even = break_even(
        cost=result["amount"],
        base_orders=result["base_orders"],
        base_value=result["base_value"],
        margin_percent=found.margin_percent,
    )
    if even is not None:
        hint = _("%(orders)s more, at a margin of %(margin)s%%") % {
            "orders": formats.number(round(even.orders, 1)), "margin": found.margin_percent,
        }  # fmt: skip
        kpis.append(Kpi(_("Pays for itself from"), f"+{formats.percent(even.share, 2)}", hint))
    return kpis


def _by_day(found: Forecast, result: dict[str, Any]) -> tuple[list[date], list[int]]:
    known = {day: amount for day, _count, amount in result["days"]}
    days = [found.since + timedelta(days=n) for n in range((found.until - found.since).days)]
    return days, [known.get(day.isoformat(), 0) for day in days]


def _cost_chart(found: Forecast, result: dict[str, Any]) -> Chart:
    days, amounts = _by_day(found, result)
    if len(days) > DAILY:
        return LineChart(
            title=_("What would have fallen due, by day"),
            days=days,
            series=[Series(_("Cost"), amounts)],
            currency=result["currency"],
        )
    return BarChart(
        title=_("What would have fallen due, by day"),
        categories=[formats.short_date(day) for day in days],
        category_name=_("Day"),
        series=[Series(_("Cost"), amounts)],
        currency=result["currency"],
    )


def _sku_chart(found: Forecast, result: dict[str, Any]) -> Chart:
    names = {sku.pk: sku.title or sku.code for sku in skus(found.merchant_id).filter(pk__in=[row[0] for row in result["skus"]])}
    return RankChart(
        title=_("The ten most expensive products"),
        items=[(names.get(pk, str(pk)), amount) for pk, _count, amount in result["skus"]],
        category_name=_("Product"),
        value_name=_("Cost"),
        currency=result["currency"],
    )


def _actual_chart(found: Forecast, result: dict[str, Any], since: Actual, as_of: datetime) -> Chart | None:
    """Day by day since the forecast was made: what came, inside what the forecast expects by then."""
    first = found.created_at.date()
    passed = min((as_of.date() - first).days + 1, (found.until - found.since).days)
    if not since.days or passed < 1:
        return None
    _days, expected = _by_day(found, result)
    by_now = _running(expected)[:passed]
    came = _running([dict(since.days).get(first + timedelta(days=n), 0) for n in range(passed)])
    total = max(result["amount"], 1)
    return BandChart(
        title=_("What really came, against the forecast"),
        days=[first + timedelta(days=n) for n in range(passed)],
        series=[Series(_("Cost so far"), came)],
        low=[value * result["low"] / total for value in by_now],
        high=[value * result["high"] / total for value in by_now],
        currency=result["currency"],
    )


def _running(values: list[int]) -> list[int]:
    sums, total = [], 0
    for value in values:
        total += value
        sums.append(total)
    return sums
