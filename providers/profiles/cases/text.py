"""Figures as people read them, in the reader's language."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from marketplace.ui import formats
from marketplace.ui.kit import Text
from providers.profiles.cases.metrics import METRICS, Figure


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One number: `before` and `after` are empty where only the change is shown."""

    label: Text
    text: Text
    before: str
    after: str
    change: str
    is_good: bool
    n_before: int
    n_after: int


def figure_rows(figures: Sequence[Mapping[str, Any]]) -> list[FigureRow]:
    """Public figures (`cases.showing.public_figures`) ready to print."""
    rows = []
    for figure in figures:
        metric = METRICS[figure["metric"]]
        before, after = (_value(metric.unit, figure[side]) for side in ("before", "after"))
        change = int(figure["change"])
        rows.append(
            FigureRow(
                label=metric.label, text=metric.text, before=before, after=after, change=_signed(change),
                is_good=(change >= 0) == metric.is_better_up, n_before=figure["n_before"], n_after=figure["n_after"],
            )
        )  # fmt: skip
    return rows


def full_rows(figures: Mapping[str, Figure]) -> list[tuple[FigureRow, bool]]:
    """Everything the merchant sees of its own numbers, and whether each has enough orders to be shown."""
    rows = []
    for code, figure in figures.items():
        shown = {"metric": code, **asdict(figure), "change": figure.change if figure.before else 0}
        rows.append((figure_rows([shown])[0], figure.is_enough))
    return rows


def _value(unit: str, value: int | None) -> str:
    if value is None:
        return ""
    if unit == "share":
        return formats.percent(value / 10_000)
    return formats.number(value / 100) if unit == "count" else formats.number(value)


def _signed(change: int) -> str:
    sign = "+" if change > 0 else "−" if change < 0 else ""
    return sign + formats.percent(abs(change) / 10_000)
