"""Shells around one domain call. A task carries ids; the batch row says what is left to do."""

from pathlib import Path

from celery import shared_task
from django.utils import timezone

from marketplace.kernel.errors import NotFound, UserError
from marketplace.tenancy.actor import BEAT
from marketplace.tenancy.scope import scope
from merchants.queries import shop_of
from orders.store.ingest.operations import ImportBusy, run_batch
from orders.store.ingest.rows import ShopContext
from orders.store.prices.operations import derive_prices
from orders.store.queries import access_batch, merchants_with_imports

#: A slice of work below the soft time limit of a task (240 s).
SECONDS = 150.0


@shared_task(name="store.import.continued")
def continue_import(*, merchant_id: int, batch_id: int) -> str:
    """Carry an uploaded import on for a slice of time, and come back if there is more."""
    with scope(merchant_id):
        try:
            batch = access_batch(merchant_id=merchant_id, pk=batch_id)
        except NotFound:
            return "gone"
    shop = ShopContext.of(shop_of(merchant_id=merchant_id, shop_id=batch.shop_id))
    path = Path(batch.stored_path)
    try:
        finished = run_batch(batch=batch, shop=shop, path=path, at=timezone.now(), seconds=SECONDS)
    except ImportBusy:
        return "busy"
    except UserError:
        path.unlink(missing_ok=True)
        return "failed"
    if finished:
        path.unlink(missing_ok=True)
        return "finished"
    continue_import.delay(merchant_id=merchant_id, batch_id=batch_id)
    return "continues"


@shared_task(name="store.import.swept")
def sweep_imports() -> int:
    """Nudge every import that waits: its task may have been lost with the broker or a worker."""
    waiting = merchants_with_imports()
    for merchant_id, batch_id in waiting:
        continue_import.delay(merchant_id=merchant_id, batch_id=batch_id)
    return len(waiting)


@shared_task(name="store.prices.observed")
def observe_prices(*, merchant_id: int, shop_id: int) -> dict[str, int]:
    """Derive one shop's public prices from its own orders."""
    shop = ShopContext.of(shop_of(merchant_id=merchant_id, shop_id=shop_id))
    return derive_prices(shop=shop, rule="public-price", by=BEAT)
