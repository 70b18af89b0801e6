"""Demo files whose times count from the moment the demo starts: "-3d4h20m" is that long before it."""

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

RELATIVE = re.compile(r"([+-])(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?")


def moment(text: str, start: datetime) -> datetime:
    """The moment a relative time means. Raises ValueError for any other text."""
    found = RELATIVE.fullmatch(text)
    if found is None or not any(found.groups()[1:]):
        raise ValueError(f"not a relative time: {text!r}")
    days, hours, minutes = (int(part or 0) for part in found.groups()[1:])
    span = timedelta(days=days, hours=hours, minutes=minutes)
    return start - span if found[1] == "-" else start + span


def documents(path: Path, start: datetime) -> Iterator[dict[str, Any]]:
    """The lines of a file, with every `…_at` as a moment in ISO 8601."""
    for line in path.read_text(encoding="utf-8").splitlines():
        found = json.loads(line)
        yield {key: moment(value, start).isoformat() if key.endswith("_at") else value for key, value in found.items()}
