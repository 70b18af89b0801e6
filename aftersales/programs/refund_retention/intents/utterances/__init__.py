"""The labelled utterances the project ships, one file a language, written for it."""

import hashlib
from pathlib import Path
from typing import NamedTuple

from aftersales.programs.refund_retention.intents.labels import LABELS

LANGUAGES = ("zh", "en")


class Labelled(NamedTuple):
    """An utterance as written, and its intent."""

    text: str
    intent: str


def shipped_utterances() -> list[Labelled]:
    """All of them, Chinese first."""
    return [row for language in LANGUAGES for row in read(Path(__file__).with_name(f"{language}.txt"))]


def read(path: Path) -> list[Labelled]:
    """A file of headings in brackets and the utterances below them; `#` starts a comment line. Raises ValueError."""
    found: list[Labelled] = []
    intent = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("[") and line.endswith("]"):
            intent = line[1:-1]
            if intent not in LABELS:
                raise ValueError(f"{path.name}: there is no intent {intent!r}.")
        elif line.strip() and not line.startswith("#"):
            found.append(Labelled(line, intent))
    return found


def fingerprint(rows: list[Labelled]) -> str:
    """Tells whether a model was made from exactly these utterances."""
    return hashlib.sha256("\n".join(f"{row.intent}\t{row.text}" for row in rows).encode()).hexdigest()[:16]
