"""Plots of the guards."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from aftersales.guards.budgets.queries import used_by_day
from aftersales.guards.models import Budget, Level
from marketplace.ui import formats
from marketplace.ui.charts import BarChart, Chart, Series

DAYS = 14


def budget_chart(budget: Budget, at: datetime, tz: str) -> Chart:
    """What was used of a budget on each of the last days."""
    today = at.astimezone(ZoneInfo(tz)).date()
    found = {day: total for day, total, _most in used_by_day(budget, at=at, days=DAYS)}
    days = [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    title = _("Used in the last %(n)s days: %(level)s") % {"n": DAYS, "level": Level(budget.level).label}
    return BarChart(
        title=title,
        categories=[formats.short_date(day) for day in days],
        series=[Series(_("Used"), [int(found.get(day, 0)) for day in days])],
        currency=budget.currency,
    )
