"""What a benchmark says."""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Result:
    """Two sides of one measurement, in one unit. `ours` / `floor` must not exceed `target`; `rows` are those each side wrote."""

    name: str
    ours: float
    floor: float
    target: float
    unit: str = "s"
    rows: dict[str, int] = field(default_factory=dict)
    note: str = ""

    @property
    def ratio(self) -> float:
        return self.ours / self.floor if self.floor else float("inf")

    @property
    def is_met(self) -> bool:
        return self.ratio <= self.target

    def as_text(self) -> str:
        verdict = "met" if self.is_met else "MISSED"
        rows = " ".join(f"{table}={count:,}" for table, count in self.rows.items())
        head = f"{self.name}: ours {self.ours:,.2f} {self.unit}, floor {self.floor:,.2f} {self.unit}"
        tail = f"  rows on either side: {rows}\n" if rows else ""
        note = f"  {self.note}\n" if self.note else ""
        return f"{head}, ratio {self.ratio:.2f} (target {self.target:g}) {verdict}\n{tail}{note}".rstrip()

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "ratio": round(self.ratio, 3), "met": self.is_met}
