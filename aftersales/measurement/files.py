"""Measuring an experiment that comes as a plain file: one row per customer, with the arm and the outcomes."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aftersales.measurement.stats.fixed import unpooled
from aftersales.measurement.stats.samples import Amounts, Interval
from marketplace.kernel.errors import UserError
from orders.store.ingest.reader import lines_of

HILLSTROM_ARMS = {"Mens E-Mail": "mens", "Womens E-Mail": "womens", "No E-Mail": "none"}
METRICS = ("visit", "conversion", "spend")


class UnreadableExperiment(UserError):
    """The file is not the experiment it should be."""


@dataclass
class Sums:
    """Running count, sum and sum of squares."""

    n: int = 0
    total: float = 0.0
    squares: float = 0.0

    def add(self, value: float) -> None:
        self.n += 1
        self.total += value
        self.squares += value * value

    def amounts(self) -> Amounts:
        return Amounts(self.n, self.total, self.squares)

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(self.n + other.n, self.total + other.total, self.squares + other.squares)


def hillstrom(path: Path) -> list[dict[str, Any]]:
    """Each arm of the Hillstrom e-mail test, and any e-mail, against none: unpooled normal 95 % intervals.

    Visit and conversion as fractions, spend in USD per head. Plain or gzip. Raises UnreadableExperiment and BadFile.
    """
    sums = {(arm, metric): Sums() for arm in HILLSTROM_ARMS.values() for metric in METRICS}
    for arm, values in _rows(path):
        for metric, value in zip(METRICS, values, strict=True):
            sums[arm, metric].add(value)
    for name, arm in HILLSTROM_ARMS.items():
        if sums[arm, "visit"].n < 2:
            raise UnreadableExperiment(f"The file has fewer than two rows of the segment {name!r}; there is nothing to compare.")
    for metric in METRICS:
        sums["any", metric] = sums["mens", metric] + sums["womens", metric]
    return [
        _result(arm, metric, unpooled(sums[arm, metric].amounts(), sums["none", metric].amounts()))
        for arm in ("any", "mens", "womens")
        for metric in METRICS
    ]


def _result(arm: str, metric: str, found: Interval) -> dict[str, Any]:
    numbers = {"difference": found.estimate, "low": found.low, "high": found.high}
    return {"arm": arm, "metric": metric, **{name: round(float(value), 9) for name, value in numbers.items()}}


def _rows(path: Path) -> Iterator[tuple[str, list[float]]]:
    if not path.is_file():
        raise UnreadableExperiment(f"There is no file {path}.")
    reader = csv.DictReader(lines_of(path))
    missing = {"segment", *METRICS} - set(reader.fieldnames or ())
    if missing:
        raise UnreadableExperiment(f"The file has no column {', '.join(sorted(missing))}; is it the Hillstrom e-mail test?")
    for row in reader:
        if row["segment"] not in HILLSTROM_ARMS:
            raise UnreadableExperiment(f"Line {reader.line_num}: unknown segment {row['segment']!r}.")
        yield HILLSTROM_ARMS[row["segment"]], [_number(row, metric, reader.line_num) for metric in METRICS]


def _number(row: dict[str, Any], metric: str, line: int) -> float:
    try:
        value = float(row[metric])
    except (TypeError, ValueError) as error:
        raise UnreadableExperiment(f"Line {line}: {metric} is {row[metric]!r}, which is not a number.") from error
    if metric != "spend" and value not in (0, 1):
        raise UnreadableExperiment(f"Line {line}: {metric} is {row[metric]!r}, neither 0 nor 1.")
    if not 0 <= value < 1e9:
        raise UnreadableExperiment(f"Line {line}: {metric} is {row[metric]!r}, which is no amount.")
    return value


FORMATS = {"hillstrom": hillstrom}
