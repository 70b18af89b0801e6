"""What upper rooms tell the conversations about themselves, from `AppConfig.ready()`.

register_subject(SubjectKind("order", _("Contract"), url=order_url))
register_contract_check(has_contract)                    # (merchant_id, provider_id) -> bool, in the scope of either
register_note("service.delivered", _("Milestone “%(milestone)s” was delivered"))
register_evidence("order", deliverables)                 # (merchant_id, provider_id, subject_id) -> pieces of evidence
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Text = str | Promise


@dataclass(frozen=True)
class Subject:
    """What a conversation is about: the kind, the number, and the slug of subjects that are found by one."""

    kind: str
    id: int
    slug: str = ""


@dataclass(frozen=True)
class SubjectKind:
    """`url(subject, kind of organization)` is the subject's page in that side's console, '' where it has none."""

    name: str
    label: Text
    url: Callable[[Subject, str], str] = lambda _subject, _kind: ""


@dataclass(frozen=True)
class Evidence:
    """A piece of evidence: where it stands in the bundle, its bytes and facts about it. `path` is relative, without `..`."""

    path: str
    content: bytes
    facts: Mapping[str, object]
    at: datetime


ContractCheck = Callable[[int, int], bool]
EvidenceSource = Callable[[int, int, int], Iterable[Evidence]]
_subjects: dict[str, SubjectKind] = {}
_checks: list[ContractCheck] = []
_notes: dict[str, Text] = {}
_evidence: dict[str, list[EvidenceSource]] = {}

for kind in (
    SubjectKind("listing", _("Service")),
    SubjectKind("brief", pgettext_lazy("hiring", "Need")),
    SubjectKind("order", pgettext_lazy("hiring", "Contract")),
):
    _subjects[kind.name] = kind


def register_subject(kind: SubjectKind) -> None:
    """Say what a kind of subject is called and where its pages are; the last registration counts."""
    _subjects[kind.name] = kind


def subjects() -> list[SubjectKind]:
    """Every kind, in the order of registration."""
    return list(_subjects.values())


def subject_kind(name: str) -> SubjectKind:
    """The kind of this name; an unknown one is called by its name and has no pages."""
    return _subjects.get(name) or SubjectKind(name, name)


def register_contract_check(check: ContractCheck) -> None:
    """Ask `check` whether these two have, or had, a contract: after it they may exchange contact details."""
    if check not in _checks:
        _checks.append(check)


def have_contract(merchant_id: int, provider_id: int) -> bool:
    """Whether any room knows of a contract between these two."""
    return any(check(merchant_id, provider_id) for check in _checks)


def register_note(code: str, text: Text) -> None:
    """The words of an event: a text of the catalogue with `%(fact)s`."""
    _notes[code] = text


def note_text(code: str, facts: Mapping[str, object]) -> str:
    """An event in the reader's language; one whose room is gone shows its code."""
    text = _notes.get(code)
    return str(text) % {key: str(value) for key, value in facts.items()} if text is not None else code


def register_evidence(kind: str, source: EvidenceSource) -> None:
    """Add what an upper room has about a subject to the bundle of evidence."""
    sources = _evidence.setdefault(kind, [])
    if source not in sources:
        sources.append(source)


def evidence_of(subject: Subject, merchant_id: int, provider_id: int) -> list[Evidence]:
    """Everything upper rooms have about a subject; needs the scope of one of the two."""
    return [piece for source in _evidence.get(subject.kind, ()) for piece in source(merchant_id, provider_id, subject.id)]
