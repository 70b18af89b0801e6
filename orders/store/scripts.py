"""SQL files of several statements that build on each other.

Statements are separated by a line of dashes. The last comment line above one may consist of words only: the parameters without
which (unset, false or empty) it is skipped; then `keys`, when the columns of the one row it selects become parameters of the
statements after it; or the name under which its row count is kept.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SEPARATOR = "-----\n"
MARKS = re.compile(r"(?:--.*\n)*?-- (?P<words>[a-z_]+(?: [a-z_]+)*)\n(?!--)")


@dataclass(frozen=True)
class Statement:
    sql: str
    needed: frozenset[str]
    counted: frozenset[str]
    makes_keys: bool


def statements(paths: Iterable[Path], *, needed: Iterable[str] = (), counted: Iterable[str] = ()) -> list[Statement]:
    """The statements of these files in order. Raises ValueError at words that are in neither vocabulary."""
    may_need, may_count = frozenset(needed), frozenset(counted)
    found = []
    for path in paths:
        for part in path.read_text().split(SEPARATOR):
            marks = MARKS.match(part.strip())
            words = frozenset(marks["words"].split() if marks else ())
            if unknown := words - may_need - may_count - {"keys"}:
                raise ValueError(f"{path.name}: no statement can need {sorted(unknown)}")
            found.append(Statement(part.strip(), words & may_need, words & may_count, "keys" in words))
    return found


def run(cursor: Any, script: Iterable[Statement], parameters: dict[str, Any], counts: dict[str, int]) -> None:
    """Execute a script; `parameters` and `counts` grow as it goes."""
    for statement in script:
        if not all(parameters.get(word) for word in statement.needed):
            continue
        cursor.execute(statement.sql, parameters)
        if statement.makes_keys:
            parameters.update(zip((column.name for column in cursor.description), cursor.fetchone(), strict=True))
        for word in statement.counted:
            counts[word] = cursor.rowcount
