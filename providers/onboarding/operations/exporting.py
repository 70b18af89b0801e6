"""Everything the market keeps about a provider, as one zip: a table per file, and the papers as they were handed in (A8).

Which tables there are is asked of the models, so a room added later is part of the export without being named here.
"""

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from marketplace.audit.models import AuditEvent
from marketplace.audit.operations import record
from marketplace.kernel.errors import NotFound
from marketplace.kernel.transitions import NotPossible
from marketplace.ledger.models import LedgerEntry, LedgerTransfer
from marketplace.outbox.people import tell
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from marketplace.ui.exports import safe_cell
from providers.onboarding.models import Document, DocumentChunk, Export
from providers.onboarding.operations.documents import bytes_of, forget, keep
from providers.onboarding.operations.locking import change
from providers.onboarding.papers import Paper

KEPT_FOR = timedelta(days=7)
#: Kept with the organization under its other name.
OF_BOTH: tuple[type[models.Model], ...] = (AuditEvent, LedgerTransfer, LedgerEntry)


def request_export(*, provider_id: int, by: Actor, at: datetime) -> Export:
    """Ask for an export; a worker makes it. Raises NotPossible while one is being made."""
    with scope(provider_id, durable=True):
        try:
            with transaction.atomic():
                row = Export.objects.create(provider_id=provider_id, created_at=at, created_by=by.label, total=len(_tables()) + 1)
        except IntegrityError as error:
            raise NotPossible(_("Your data is being packed already.")) from error
        record(merchant_id=provider_id, by=by, action="providers.export.requested", facts={"export_id": row.pk})
        return row


def make_export(*, provider_id: int, export_id: int, by: Actor, at: datetime) -> bool:
    """Make a waiting export; whether this call made it. A second worker, or a second call, does nothing.

    The progress is committed table by table, so that the page can show it; the file is kept sealed for a week.
    """
    if not _took_it(provider_id, export_id):
        return False
    try:
        content = _zip(provider_id, export_id)
    except Exception:
        _move(provider_id, export_id, "running", "failed", finished_at=at)
        raise
    paper = Paper(f"shangban-{at:%Y%m%d}.zip", "application/zip", content)
    with scope(provider_id, durable=True):
        for stale in Document.objects.filter(provider_id=provider_id, kind="export").exclude(state=Document.State.REMOVED):
            forget(stale)
        document = keep(provider_id=provider_id, kind="export", paper=paper, by=by, at=at)
        row = Export.objects.get(provider_id=provider_id, pk=export_id)
        change(row, state="finished", document=document, done=row.total, finished_at=at)
        record(merchant_id=provider_id, by=by, action="providers.export.finished", facts={"export_id": export_id})
        tell(
            organization_id=provider_id, kind="providers.export.finished", facts={}, url="/desk/exit/",
            effect_key=f"export:{export_id}", at=at,
        )  # fmt: skip
    return True


def forget_old_exports(*, provider_id: int, by: Actor, at: datetime) -> int:
    """Delete the files of exports older than a week; how many."""
    with scope(provider_id, durable=True):
        old = Document.objects.filter(provider_id=provider_id, kind="export", uploaded_at__lt=at - KEPT_FOR)
        found = list(old.exclude(state=Document.State.REMOVED))
        for document in found:
            forget(document)
        if found:
            record(merchant_id=provider_id, by=by, action="providers.export.forgotten", facts={"count": len(found)})
        return len(found)


def _took_it(provider_id: int, export_id: int) -> bool:
    with scope(provider_id, durable=True):
        if not Export.objects.filter(provider_id=provider_id, pk=export_id).exists():
            raise NotFound("There is no such export.")
    return _move(provider_id, export_id, "queued", "running")


def _move(provider_id: int, export_id: int, before: str, then: str, **values: Any) -> bool:
    """The guarded step: only from the state it is in."""
    with scope(provider_id, durable=True):
        row = Export.objects.filter(provider_id=provider_id, pk=export_id, state=before)
        return bool(row.update(state=then, **values))


def _tables() -> list[tuple[type[models.Model], str]]:
    """Every table whose rows are a provider's own, with the column that names the owner."""
    own = [m for m in apps.get_models() if getattr(m, "tenant_owner", "") == "provider_id" and m is not DocumentChunk]
    return [(model, "provider_id") for model in own] + [(model, "merchant_id") for model in OF_BOTH]


def _zip(provider_id: int, export_id: int) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for number, (model, owner) in enumerate(_tables(), 1):
            packed.writestr(f"{model._meta.label_lower.replace('.', '/')}.csv", _table(provider_id, model, owner))
            _move(provider_id, export_id, "running", "running", done=number)
        for document in _papers(provider_id):
            packed.writestr(f"papers/{document.pk}-{document.name}", b"".join(bytes_of(document)))
    return made.getvalue()


def _papers(provider_id: int) -> list[Document]:
    with scope(provider_id, read_only=True):
        found = Document.objects.filter(provider_id=provider_id).exclude(state=Document.State.REMOVED)
        return list(found.exclude(kind="export").order_by("pk"))


def _table(provider_id: int, model: type[models.Model], owner: str) -> str:
    """One table as CSV; sealed columns are left out, a spreadsheet runs nothing of it."""
    columns = [f.attname for f in model._meta.concrete_fields if not isinstance(f, models.BinaryField)]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    for row in _rows(provider_id, model, owner, columns):
        writer.writerow([safe_cell("" if value is None else str(value)) for value in row])
    return "\ufeff" + text.getvalue()


def _rows(provider_id: int, model: type[models.Model], owner: str, columns: list[str]) -> Iterator[Any]:
    with scope(provider_id, read_only=True):
        found = model._default_manager.filter(**{owner: provider_id}).order_by("pk")
        yield from found.values_list(*columns).iterator(chunk_size=2_000)
