"""The hash of a message and of everything before it, so that a record that was changed no longer fits together."""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC

from orders.rooms.models import Message


def seal_of(message: Message, *, before: str, files: Sequence[str]) -> str:
    """SHA-256 over the seal of the message before it ('' for the first) and what this one says; `files` are their hashes."""
    said = {
        "before": before,
        "conversation": message.conversation_id,
        "number": message.number,
        "kind": message.kind,
        "side": message.side,
        "author": message.author_id,
        "author_name": message.author_name,
        "text": message.text,
        "code": message.code,
        "facts": message.facts,
        "decision": message.is_decision,
        "written_at": message.written_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "files": list(files),
    }
    plain = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest()


def first_broken(messages: Sequence[Message], files: dict[int, list[str]]) -> int | None:
    """The number of the first message whose seal does not fit, or None. `messages` are all of a conversation, in order."""
    before = ""
    for place, message in enumerate(messages, start=1):
        if message.number != place or message.seal != seal_of(message, before=before, files=files.get(message.pk, [])):
            return place
        before = message.seal
    return None
