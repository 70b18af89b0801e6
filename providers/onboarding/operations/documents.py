"""Papers: taken, kept sealed, read with a trace, removed."""

from collections.abc import Iterator
from datetime import date, datetime
from uuid import uuid4

from django.utils.translation import gettext as _

from marketplace.audit.operations import record
from marketplace.kernel.sealing import sealed_chunks, unsealed_chunks
from marketplace.kernel.transitions import NotPossible
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from providers.onboarding.facts import COMPANY_DOCUMENTS, today
from providers.onboarding.models import Document, DocumentChunk
from providers.onboarding.operations.locking import change, locked_application
from providers.onboarding.papers import BadPaper, Paper
from providers.onboarding.queries import Chosen, access_category, access_document
from providers.onboarding.states import LOCKED


def store_document(
    *,
    provider_id: int,
    kind: str,
    paper: Paper,
    expires_on: date | None = None,
    qualification_id: int | None = None,
    by: Actor,
    at: datetime,
) -> Document:
    """Keep a checked paper as the current one of its kind, for the company or for a chosen category.

    Raises BadPaper for a paper that has expired, NotPossible while somebody checks, NotFound for a category that is not chosen.
    """
    if expires_on is not None and expires_on < today(at):
        raise BadPaper(_("This paper has expired. Hand in the renewed one."))
    with scope(provider_id, durable=True):
        _require_editable(provider_id, qualification_id, kind, at)
        _replace_current(provider_id, kind, qualification_id)
        document = keep(
            provider_id=provider_id, kind=kind, paper=paper, expires_on=expires_on, qualification_id=qualification_id,
            by=by, at=at,
        )  # fmt: skip
        record(merchant_id=provider_id, by=by, action="providers.document.stored", facts=_about(document))
        return document


def _replace_current(provider_id: int, kind: str, qualification_id: int | None) -> None:
    same = Document.objects.filter(provider_id=provider_id, kind=kind, state=Document.State.CURRENT)
    of = same.filter(qualification__isnull=True) if qualification_id is None else same.filter(qualification_id=qualification_id)
    of.update(state=Document.State.REPLACED)


def keep(
    *,
    provider_id: int,
    kind: str,
    paper: Paper,
    expires_on: date | None = None,
    qualification_id: int | None = None,
    by: Actor,
    at: datetime,
) -> Document:
    """Write a paper and its sealed pieces in the caller's transaction and scope."""
    document = Document.objects.create(
        provider_id=provider_id, qualification_id=qualification_id, uid=uuid4(), kind=kind, name=paper.name,
        content_type=paper.content_type, size=len(paper.content), sha256=paper.sha256, expires_on=expires_on,
        uploaded_by=by.label, uploaded_at=at,
    )  # fmt: skip
    pieces = sealed_chunks(paper.content, merchant_id=provider_id, purpose=_purpose(document))
    for number, sealed in enumerate(pieces):
        DocumentChunk.objects.create(provider_id=provider_id, document=document, number=number, sealed=sealed)
    return document


def open_document(*, provider_id: int, document_id: int, purpose: str, by: Actor) -> Document:
    """Leave a trace of the reading, and return what is to be read with `bytes_of`. Raises NotFound.

    The trace is committed before the first byte leaves. `purpose` says where it was opened: `own` or `review`.
    """
    with scope(provider_id, durable=True):
        document = access_document(provider_id=provider_id, pk=document_id)
        record(merchant_id=provider_id, by=by, action="providers.document.read", facts={**_about(document), "purpose": purpose})
        return document


def bytes_of(document: Document) -> Iterator[bytes]:
    """The paper in clear, piece by piece, in a scope of its own. Raises Unreadable."""
    with scope(document.provider_id, read_only=True):
        chunks = DocumentChunk.objects.filter(provider_id=document.provider_id, document=document).order_by("number")
        sealed = chunks.values_list("sealed", flat=True).iterator(chunk_size=4)
        yield from unsealed_chunks(sealed, merchant_id=document.provider_id, purpose=_purpose(document))


def remove_document(*, provider_id: int, document_id: int, by: Actor, at: datetime) -> None:
    """Take a paper back. One that was handed in stays on file as replaced; the bytes of any other are gone."""
    with scope(provider_id, durable=True):
        document = access_document(provider_id=provider_id, pk=document_id, even_removed=True)
        _require_editable(provider_id, document.qualification_id, document.kind, at)
        if document.state != Document.State.CURRENT:
            raise NotPossible(_("This paper was taken back or replaced already."))
        if _was_handed_in(provider_id, document, at):
            change(document, state=Document.State.REPLACED)
        else:
            forget(document)
        record(merchant_id=provider_id, by=by, action="providers.document.removed", facts=_about(document))


def forget(document: Document) -> None:
    """Delete the bytes; the row stays and says that there was a paper."""
    DocumentChunk.objects.filter(provider_id=document.provider_id, document=document).delete()
    change(document, state=Document.State.REMOVED)


def _was_handed_in(provider_id: int, document: Document, at: datetime) -> bool:
    owner = (
        locked_application(provider_id, at)
        if document.qualification_id is None
        else access_category(provider_id=provider_id, pk=document.qualification_id).qualification
    )
    return owner.submitted_at is not None and document.uploaded_at <= owner.submitted_at


def _require_editable(provider_id: int, qualification_id: int | None, kind: str, at: datetime) -> None:
    """Nobody changes papers while they are checked; and only papers that are asked for are taken."""
    application = locked_application(provider_id, at)
    chosen: Chosen | None = None
    if qualification_id is not None:
        chosen = access_category(provider_id=provider_id, pk=qualification_id)
    state = application.state if chosen is None else chosen.qualification.state
    if state in LOCKED or state == "dropped":
        raise NotPossible(_("This is being checked. Withdraw it first if something is to be changed."))
    known = set(COMPANY_DOCUMENTS) if chosen is None else {code for code, _label in chosen.required}
    if kind not in known:
        raise BadPaper(_("This paper is not asked for."))


def _purpose(document: Document) -> str:
    return f"document:{document.uid}"


def _about(document: Document) -> dict[str, object]:
    """What the audit says: never the content, never its hash."""
    facts: dict[str, object] = {"document_id": document.pk, "kind": document.kind, "name": document.name, "size": document.size}
    return facts | ({"qualification_id": document.qualification_id} if document.qualification_id else {})
