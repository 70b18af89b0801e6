"""The demo market's files: who is there and what they offer. Prices are whole yuan; `…_zh`/`…_en` are `{"zh", "en"}` pairs."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

Row = dict[str, Any]


@dataclass(frozen=True)
class Market:
    """A folder with `providers.json`, `listings/*.json` and `scene.json`."""

    folder: Path

    @cached_property
    def providers(self) -> list[Row]:
        return self._read("providers.json")

    @cached_property
    def listings(self) -> list[Row]:
        """Of all categories, in the order of the files."""
        return [row for path in sorted((self.folder / "listings").glob("*.json")) for row in json.loads(path.read_text("utf-8"))]

    @cached_property
    def scene(self) -> Row:
        """What is special: merchants, what waits, what was sent back, shortlists."""
        return self._read("scene.json")

    def listings_of(self, provider: str) -> list[Row]:
        """What one provider offers."""
        return [row for row in self.listings if row["provider"] == provider]

    def _read(self, name: str) -> Any:
        return json.loads((self.folder / name).read_text("utf-8"))
