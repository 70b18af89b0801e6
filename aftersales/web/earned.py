"""What each measured program truly earned, in the two lines an overview has room for."""

from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftersales.measurement.queries import access_experiment
from aftersales.measurement.reports import Report, report_of
from aftersales.measurement.web.urls import PROGRAMS as MEASURED
from marketplace.ui import formats

TITLES = {
    "not_measured": gettext_lazy("Not measured"),
    "blocked": gettext_lazy("The split is broken: results are blocked"),
    "too_early": gettext_lazy("Cannot conclude yet"),
    "positive": gettext_lazy("The program works"),
    "negative": gettext_lazy("The program does harm"),
}
#: A report reads all its buyers' orders; an overview may be a few minutes old.
FRESH = timedelta(minutes=5)


def earned(merchant_id: int, program: str, *, as_of: datetime, tz: str) -> dict[str, Any] | None:
    """Verdict and incremental value with its always-valid interval; None for a program that holds nobody out.

    `title` is empty while there is no experiment. Needs the merchant's scope.
    """
    if program not in MEASURED:
        return None
    experiment = access_experiment(merchant_id=merchant_id, program=program, version=None)
    url = reverse(f"measurement:{program}")
    if experiment is None:
        return {"verdict": "", "title": _("not measured yet"), "url": url, "values": []}
    key = f"earned:{merchant_id}:{experiment.pk}"
    found = cache.get(key)
    if found is None:
        found = _values(report_of(experiment, as_of=as_of, tz=tz))
        cache.set(key, found, FRESH.total_seconds())
    verdict, values = found
    shown = [
        (formats.money(value, code), f"{formats.money(low, code)} … {formats.money(high, code)}")
        for code, value, low, high in values
    ]
    return {"verdict": verdict, "title": TITLES.get(verdict, _("not measured yet")), "url": url, "values": shown}


def _values(report: Report | None) -> tuple[str, list[tuple[str, int, int, int]]]:
    """The verdict, and per currency the incremental value with its interval, in minor units."""
    if report is None:
        return "", []
    if not report.shows_effects:
        return report.verdict.value, []
    always = [(money.currency, money.incremental_always) for money in report.values]
    return report.verdict.value, [
        (currency, round(value.estimate), round(value.low), round(value.high)) for currency, value in always if value is not None
    ]
