"""A preview run as its page fragment shows it."""

from types import SimpleNamespace
from typing import Any

from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from aftersales.models import ProgramRun
from aftersales.programs.price_protection.rules import REASONS
from aftersales.web.explaining import policy_sentences
from marketplace.ui.charts import BarChart, Chart, RankChart, Series
from marketplace.ui.formats import short_date
from orders.store.queries import lines_by_id

#: More days than this are drawn by month.
DAILY = 62


def shown(run: ProgramRun, currency: str, tz: str) -> dict[str, Any]:
    """Everything `_preview.html` reads."""
    counts = run.counts
    running = run.state in (ProgramRun.State.WAITING, ProgramRun.State.RUNNING)
    found = {"pk": run.pk, "is_running": running, "error": run.error, "as_of": run.as_of, "tz": tz, "done": None, "total": None}
    if running or run.error:
        return found
    amounts = counts.get("amounts") or {}
    chosen = next(iter(amounts), currency)
    return found | {
        "summary": policy_sentences(run.settings, currency)[:2],
        "lines_seen": counts["lines_seen"],
        "claims": counts["claims"],
        "amount": amounts.get(chosen, 0),
        "amounts": amounts or {currency: 0},
        "currency": chosen,
        "held": counts["held"],
        "seconds": counts.get("seconds", 0),
        "chart": _by_day(counts.get("by_day", []), chosen),
        "refused_chart": _refused(counts.get("refused", {})),
        "lines": _largest(run),
    }


def _largest(run: ProgramRun) -> list[SimpleNamespace]:
    """The largest amounts as rows of the claims table; they have no claim, hence no key."""
    kept = {row["line_id"]: row for row in run.counts.get("largest", [])}
    lines = {line.pk: line for line in lines_by_id(run.merchant_id, kept)}
    return [
        SimpleNamespace(pk=None, line=line, order=line.order, currency=line.currency, created_at=None, **_without_id(row))
        for line_id, row in kept.items()
        if (line := lines.get(line_id)) is not None
    ]


def _without_id(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key != "line_id"}


def _by_day(rows: list[list[Any]], currency: str) -> Chart | None:
    if not rows:
        return None
    if len(rows) > DAILY:
        months: dict[str, int] = {}
        for day, _count, amount in rows:
            months[day[:7]] = months.get(day[:7], 0) + amount
        categories, values, name = list(months), list(months.values()), _("Month")
    else:
        categories = [short_date(parse_date(day)) for day, _count, _amount in rows if parse_date(day)]
        values, name = [amount for _day, _count, amount in rows], _("Day")
    return BarChart(
        title=_("What buyers would get, by the day the price fell"),
        categories=categories,
        category_name=name,
        series=[Series(_("Amount"), values)],
        currency=currency,
    )


def _refused(refused: dict[str, int]) -> Chart | None:
    if not refused:
        return None
    items = [(REASONS.get(code, code), count) for code, count in refused.items()]
    return RankChart(title=_("Why other lines get nothing"), items=items)
