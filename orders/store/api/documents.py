"""Documents that arrive by the API take the way of an imported file: one set of rules, one quarantine."""

import json
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from marketplace.kernel.errors import NotFound
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.store.ingest.operations import open_batch, run_batch, summary
from orders.store.ingest.rows import ShopContext
from orders.store.queries import quarantine_of, shops

COUNTED = ("orders", "lines_new", "lines_updated", "unchanged", "refund_requests")
Documents = Sequence[dict[str, Any]]


def import_documents(*, merchant_id: int, shop: str, documents: Documents, by: Actor, at: datetime) -> dict[str, Any]:
    """Store native documents now and say what became of them. Raises NotFound (no such shop) and ImportBusy."""
    with scope(merchant_id):
        found = shops(merchant_id).filter(slug=shop).first()
    if found is None:
        raise NotFound("There is no such shop.")
    context = ShopContext.of(found)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "api.jsonl"
        path.write_text("".join(json.dumps(document) + "\n" for document in documents), encoding="ascii")
        batch = open_batch(shop=context, path=path, file_name="API", format_name="jsonl", stored=False, by=by)
        run_batch(batch=batch, shop=context, path=path, at=at)
    with scope(merchant_id):
        batch.refresh_from_db()
        broken = [{"row": row.row_no, "reason": row.reason, "detail": row.detail} for row in quarantine_of(batch)]
    counts = summary(batch, 0.0)
    return {"import_id": batch.pk, **{name: counts[name] for name in COUNTED}, "quarantined": broken}
