"""A preview run as its page fragment shows it."""

from typing import Any

from django.utils.translation import gettext as _

from aftersales.models import ProgramRun
from aftersales.programs.presale_balance.web.timeline import STEP_TONES, window_chart
from aftersales.programs.presale_balance.web.windows import Window
from aftersales.programs.presale_balance.web.words import policy_sentences, step_name
from marketplace.ui.charts import BarChart, Chart, RankChart, Series
from marketplace.ui.labels import reason_label

#: More hours than this are drawn by day.
HOURLY = 72


def shown(run: ProgramRun, *, window: Window, currency: str, tz: str) -> dict[str, Any]:
    """Everything `_preview.html` reads."""
    running = run.state in (ProgramRun.State.WAITING, ProgramRun.State.RUNNING)
    found: dict[str, Any] = {"pk": run.pk, "is_running": running, "error": run.error, "as_of": run.as_of, "tz": tz}
    if running or run.error:
        return found
    by_hour = run.counts.get("by_hour", [])
    return found | {
        "counts": run.counts,
        "planned": sum(count for _hour, _step, count in by_hour),
        "summary": policy_sentences(run.settings, currency),
        "timeline": window_chart(run.settings, opens_at=window.opens_at, closes_at=window.closes_at, tz=tz),
        "chart": _by_hour(by_hour),
        "suppressed_chart": _suppressed(run.counts.get("suppressed", {})),
    }


def _by_hour(rows: list[list[Any]]) -> Chart | None:
    """Messages by local hour, or by day over a long time, stacked by step."""
    if not rows:
        return None
    hours = sorted({hour for hour, _step, _count in rows})
    width = 10 if len(hours) > HOURLY else 13
    found: dict[tuple[str, int], int] = {}
    for hour, step, count in rows:
        found[hour[:width], step] = found.get((hour[:width], step), 0) + count
    names = sorted({name for name, _step in found})
    steps = sorted({step for _name, step in found})
    return BarChart(
        title=_("Messages still to come"),
        categories=[name[5:] + ("" if width == 10 else ":00") for name in names],
        category_name=_("Day") if width == 10 else _("Hour"),
        series=[Series(step_name(step), [found.get((name, step), 0) for name in names], STEP_TONES[step]) for step in steps],
    )


def _suppressed(reasons: dict[str, int]) -> Chart | None:
    if not reasons:
        return None
    return RankChart(title=_("Why others get none"), items=[(reason_label(code), count) for code, count in reasons.items()])
