"""Importing a file of orders.

A batch goes through staging → applying → matching, each in transactions that commit with their cursor, so that an import
killed anywhere is finished by the next call with the same file. One import per shop at a time (an advisory lock, which
PostgreSQL releases when its session dies).
"""

import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils.translation import gettext_noop as _

from marketplace.audit.operations import record
from marketplace.kernel.errors import UserError
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.store.ingest.applying import apply
from orders.store.ingest.formats import FORMATS
from orders.store.ingest.matching import match_refunds
from orders.store.ingest.problems import ImportProblem
from orders.store.ingest.reader import sha256_of
from orders.store.ingest.rows import ShopContext
from orders.store.ingest.staging import merged, stage
from orders.store.models import ImportBatch, QuarantinedRow
from orders.store.statistics import refresh

State = ImportBatch.State
#: First key of the advisory lock; the second is the shop's id.
LOCK = 7101
#: Seconds to wait for an import that is ending.
PATIENCE = 10
DONE = (State.FINISHED, State.FAILED)
CLEAN = "DELETE FROM store_stagedrow WHERE merchant_id = %s AND batch_id = %s"
STAGED = "SELECT count(*) FROM store_stagedrow WHERE merchant_id = %s AND batch_id = %s"
STORED = ("lines_new", "lines_updated", "refund_requests")
Progress = Callable[[ImportBatch], None]


class ImportBusy(ImportProblem):
    """Another import of this shop is running."""

    is_passing = True


def open_batch(
    *,
    shop: ShopContext,
    path: Path,
    file_name: str,
    format_name: str,
    stored: bool,
    by: Actor,
    corrects: int | None = None,
) -> ImportBatch:
    """A new batch for this file, or the unfinished one of the same content, which is then continued.

    `corrects` names the import whose quarantined rows these are: they are added behind the lines an order has already, and
    the same corrected file is not added twice.
    """
    if format_name not in FORMATS:
        raise UserError(f"Unknown format {format_name!r}; choose one of {', '.join(FORMATS)}.")
    digest = sha256_of(path)
    with scope(shop.merchant_id):
        found = (
            ImportBatch.objects.filter(merchant_id=shop.merchant_id, shop_id=shop.shop_id, sha256=digest, format=format_name)
            .exclude(state__in=[State.FAILED] if corrects else DONE)
            .filter(corrects_id=corrects)
            .order_by("-id")
            .first()
        )
        if found is not None:
            return found
        batch = ImportBatch.objects.create(
            merchant_id=shop.merchant_id,
            shop_id=shop.shop_id,
            format=format_name,
            file_name=file_name[:255],
            stored_path=str(path) if stored else "",
            sha256=digest,
            corrects_id=corrects,
            created_by=by.label,
        )
        facts = {"batch": batch.pk, "file": file_name, "sha256": digest}
        record(merchant_id=shop.merchant_id, by=by, action="store.import.opened", facts=facts)
    return batch


def run_batch(
    *,
    batch: ImportBatch,
    shop: ShopContext,
    path: Path,
    at: datetime,
    seconds: float | None = None,
    progress: Progress | None = None,
) -> bool:
    """Carry a batch on for at most `seconds`; True when it is finished. Raises BadFile and ImportBusy."""
    _take_lock(shop)
    try:
        return _carry_on(batch, shop, path, at, seconds, progress or (lambda _batch: None))
    except ImportProblem as error:
        _fail(batch, error, at)
        raise
    finally:
        _drop_lock(shop)


def _carry_on(batch: ImportBatch, shop: ShopContext, path: Path, at: datetime, seconds: float | None, progress: Progress) -> bool:
    until = None if seconds is None else time.monotonic() + seconds
    with scope(batch.merchant_id):
        batch.refresh_from_db()
    if batch.state in DONE:
        return True
    if _has_lost_rows(batch):
        _start_over(batch)
    if batch.state in (State.WAITING, State.STAGING):
        _enter(batch, State.STAGING, progress)
        if not stage(batch=batch, path=path, shop=shop, progress=progress, until=until):
            return False
    if batch.state in (State.STAGING, State.APPLYING):
        _enter(batch, State.APPLYING, progress)
        if not apply(batch=batch, shop=shop, until=until):
            return False
        refresh(batch.merchant_id, what="orders", rows=sum(batch.counts.get(name, 0) for name in STORED))
    _enter(batch, State.MATCHING, progress)
    tally = match_refunds(shop=shop)
    _finish(batch, tally, at)
    progress(batch)
    return True


def _has_lost_rows(batch: ImportBatch) -> bool:
    """The staging table is not logged: a server that crashed brings it back empty."""
    if not batch.rows_read or batch.state == State.MATCHING:
        return False
    with scope(batch.merchant_id), connection.cursor() as cursor:
        cursor.execute(STAGED, [batch.merchant_id, batch.pk])
        return bool(cursor.fetchone()[0] != batch.counts.get("staged", 0))


def _start_over(batch: ImportBatch) -> None:
    """Read the file again from its beginning; what was stored already is found unchanged."""
    with scope(batch.merchant_id):
        with connection.cursor() as cursor:
            cursor.execute(CLEAN, [batch.merchant_id, batch.pk])
        QuarantinedRow.objects.filter(merchant_id=batch.merchant_id, batch_id=batch.pk).delete()
        batch.state, batch.rows_read, batch.buckets_done, batch.ranges_done, batch.counts = State.STAGING, 0, 0, [], {}
        batch.save(update_fields=["state", "rows_read", "buckets_done", "ranges_done", "counts"])


def _enter(batch: ImportBatch, state: str, progress: Progress) -> None:
    if batch.state != state:
        batch.state = state
        with scope(batch.merchant_id):
            batch.save(update_fields=["state"])
    progress(batch)


def _finish(batch: ImportBatch, tally: dict[str, int], at: datetime) -> None:
    with scope(batch.merchant_id):
        with connection.cursor() as cursor:
            cursor.execute(CLEAN, [batch.merchant_id, batch.pk])
        batch.counts = merged(batch.counts, tally)
        batch.state, batch.finished_at = State.FINISHED, at
        batch.save(update_fields=["counts", "state", "finished_at"])


def _fail(batch: ImportBatch, problem: ImportProblem, at: datetime) -> None:
    """A file that cannot be read leaves nothing behind but the batch that says why."""
    with scope(batch.merchant_id):
        with connection.cursor() as cursor:
            cursor.execute(CLEAN, [batch.merchant_id, batch.pk])
        batch.state, batch.error, batch.error_facts, batch.finished_at = State.FAILED, problem.message, problem.facts, at
        batch.save(update_fields=["state", "error", "error_facts", "finished_at"])


def _take_lock(shop: ShopContext) -> None:
    """Wait a little: the server may still be finishing the last statement of an import that was killed."""
    until = time.monotonic() + PATIENCE
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK, shop.shop_id])
            if cursor.fetchone()[0]:
                return
            if time.monotonic() > until:
                raise ImportBusy(_("Another import of this shop is running; wait until it has finished."))
            time.sleep(0.1)


def _drop_lock(shop: ShopContext) -> None:
    if connection.connection is not None and not connection.connection.closed:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK, shop.shop_id])


def summary(batch: ImportBatch, seconds: float) -> dict[str, Any]:
    """The counts of a batch under their public names; the row classes sum to `rows_read`."""
    counts = batch.counts
    named = (
        "sale_lines sale_value orders lines_new lines_updated lines_removed unchanged refund_requests requests_updated".split()
    )
    named += ["matched_single", "quarantined"]
    skipped = {key.removeprefix("skipped."): n for key, n in sorted(counts.items()) if key.startswith("skipped.")}
    # A JSONL order is one row of the file but as many rows of the store as it has lines: what is counted is the latter.
    classes = [counts.get(name, 0) for name in ("sale_lines", "refund_requests", "quarantined")]
    counted = sum(classes) + sum(skipped.values())
    return {
        "rows_read": counted if batch.state == State.FINISHED else batch.rows_read,
        **{name: counts.get(name, 0) for name in named},
        "skipped": skipped,
        "seconds": round(seconds, 3),
    }
