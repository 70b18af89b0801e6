"""The record as evidence: the conversation, its files and the deliverables, each with its hash, in one archive."""

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.template.loader import render_to_string

from marketplace.audit.operations import record
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.rooms.models import Conversation, Message, SharedFile
from orders.rooms.operations.files import bytes_of
from orders.rooms.queries import access_conversation, decisions_of, files_of
from orders.rooms.registry import Subject, evidence_of, have_contract, note_text
from orders.rooms.seals import first_broken

FORMAT = "shangban-evidence/1"
UNSAFE = re.compile(r"[^\w.\- ]+")


@dataclass(frozen=True)
class Bundle:
    """An archive of evidence. `sha256` is the hash of its manifest, which names the hash of everything else."""

    name: str
    content: bytes
    sha256: str


def export_evidence(*, organization_id: int, conversation_id: int, by: Actor, at: datetime) -> Bundle:
    """Put together what both sides can show, and leave a trace of it with the manifest's hash. Raises NotFound."""
    with scope(organization_id, durable=True):
        conversation = access_conversation(organization_id=organization_id, pk=conversation_id)
        bundle = evidence_bundle(conversation, organization_id=organization_id, at=at)
        facts = {"talk": conversation.pk, "name": bundle.name, "sha256": bundle.sha256}
        record(merchant_id=organization_id, by=by, action="orders.evidence.exported", facts=facts)
        return bundle


def evidence_bundle(conversation: Conversation, *, organization_id: int, at: datetime) -> Bundle:
    """The archive of one conversation, as a party may read it. Needs the scope of that party."""
    messages = list(
        Message.objects.filter(merchant_id=conversation.merchant_id, conversation_id=conversation.pk).order_by("number")
    )
    files = files_of(conversation.merchant_id, [message.pk for message in messages])
    parts: dict[str, bytes] = {}
    places = {file.pk: f"files/{file.pk}-{_safe(file.name)}" for kept in files.values() for file in kept}
    for kept in files.values():
        for file in kept:
            parts[places[file.pk]] = _content(file, organization_id)
    facts = _facts(conversation, messages, files, places, at)
    parts["conversation.json"] = _json(facts)
    parts["conversation.html"] = render_to_string("rooms/evidence.html", {"facts": facts}).encode()
    described = _deliverables(conversation, parts)
    manifest = _json(_manifest(conversation, parts, described, facts, at))
    return Bundle(
        f"evidence-{conversation.pk}-{at.astimezone(UTC):%Y%m%d}.zip",
        _packed({**parts, "manifest.json": manifest}, at),
        hashlib.sha256(manifest).hexdigest(),
    )


def _content(file: SharedFile, organization_id: int) -> bytes:
    return b"".join(bytes_of(file, organization_id=organization_id))


def _safe(name: str) -> str:
    return UNSAFE.sub("_", name).strip(". ")[:100] or "file"


def _facts(
    conversation: Conversation,
    messages: Sequence[Message],
    files: dict[int, list[SharedFile]],
    places: dict[int, str],
    at: datetime,
) -> dict[str, Any]:
    is_open = have_contract(conversation.merchant_id, conversation.provider_id)
    hashes = {key: [file.sha256 for file in kept] for key, kept in files.items()}
    decisions = {row.message_id: row for row in decisions_of(conversation)}
    return {
        "format": FORMAT,
        "conversation": conversation.pk,
        "title": conversation.title,
        "about": {"kind": conversation.subject_kind, "id": conversation.subject_id},
        "merchant": {"id": conversation.merchant_id, "name": conversation.merchant_name},
        "provider": {"id": conversation.provider_id, "name": conversation.provider_name},
        "exported_at": at.astimezone(UTC).isoformat(),
        "contact_details_covered": not is_open,
        "seals_fit": first_broken(messages, hashes) is None,
        "messages": [
            {**_message(message, is_open), "files": list(_sent(files.get(message.pk, ()), places))}
            | ({"decision": _decision(decisions[message.pk])} if message.pk in decisions else {})
            for message in messages
        ],
    }


def _message(message: Message, is_open: bool) -> dict[str, Any]:
    is_note = message.kind == Message.Kind.NOTE
    return {
        "number": message.number,
        "written_at": message.written_at.astimezone(UTC).isoformat(),
        "side": message.side,
        "person": message.author_name,
        "kind": message.kind,
        "text": note_text(message.code, message.facts) if is_note else message.text if is_open else message.masked,
        "seal": message.seal,
    }


def _sent(kept: Sequence[SharedFile], places: dict[int, str]) -> Iterator[dict[str, Any]]:
    for file in kept:
        yield {"path": places[file.pk], "name": file.name, "type": file.content_type, "size": file.size, "sha256": file.sha256}


def _decision(row: Any) -> dict[str, Any]:
    return {"state": row.state, "closed_at": row.closed_at.astimezone(UTC).isoformat() if row.closed_at else None}


def _deliverables(conversation: Conversation, parts: dict[str, bytes]) -> dict[str, Any]:
    """Add what upper rooms have (deliverables, contract); what they say about each piece, by its place."""
    subject = Subject(conversation.subject_kind, conversation.subject_id)
    described = {}
    for piece in evidence_of(subject, conversation.merchant_id, conversation.provider_id):
        place = "/".join(_safe(step) for step in piece.path.split("/") if step not in ("", ".", ".."))
        parts[place] = piece.content
        described[place] = {**piece.facts, "at": piece.at.astimezone(UTC).isoformat()}
    return described


def _manifest(
    conversation: Conversation, parts: dict[str, bytes], described: dict[str, Any], facts: dict[str, Any], at: datetime
) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "made_at": at.astimezone(UTC).isoformat(),
        "conversation": conversation.pk,
        "newest_seal": conversation.seal,
        "seals_fit": facts["seals_fit"],
        "files": [
            {"path": path, "size": len(content), "sha256": hashlib.sha256(content).hexdigest(), **described.get(path, {})}
            for path, content in sorted(parts.items())
        ],
    }


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2, default=str).encode()


def _packed(parts: dict[str, bytes], at: datetime) -> bytes:
    """The same parts at the same time make the same bytes."""
    out = io.BytesIO()
    moment = at.astimezone(UTC).timetuple()[:6]
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in sorted(parts.items()):
            entry = zipfile.ZipInfo(path, date_time=moment)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return out.getvalue()
