"""A presale on its decisive day: who is reminded, who is left alone for comparison, and what that changed."""

from datetime import datetime, timedelta
from pathlib import Path

from django.utils import timezone

from aftersales.demo.relative import documents
from aftersales.programs.policies import active_policy, save_policy
from aftersales.programs.presale_balance.rules import PROGRAM
from aftersales.programs.registry import program_named
from aftersales.programs.runner import run
from marketplace.outbox.delivery.engine import deliver
from marketplace.outbox.operations.channels import save_channel
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from merchants.models import Shop
from orders.store.api.documents import import_documents
from orders.store.models import ShopOrder

#: The demo's letters leave at once; a merchant's own limit is his to set.
PER_MINUTE = 60_000
#: The program first meets the orders before their window opens, so that everybody is in an arm before he can pay.
BEFORE = timedelta(hours=1)
SLICE = 1_000


def tell(shop: Shop, folder: Path) -> str:
    """Deposits, the arms, early payments, the first reminder, and the payments that follow it. Once per shop."""
    with scope(shop.merchant_id):
        if ShopOrder.objects.filter(merchant_id=shop.merchant_id, presale_activity__gt="").exists():
            return "told before"
    start = timezone.now()
    _policy(shop, start - BEFORE)
    _letters_may_leave(shop, start)
    _import(shop, folder / "presale.jsonl", start)
    counts = _run(shop, start - BEFORE)
    _import(shop, folder / "presale_early.jsonl", start)
    _run(shop, timezone.now())
    sent = deliver_all(shop.merchant_id)
    _import(shop, folder / "presale_paid.jsonl", timezone.now())
    _run(shop, timezone.now())
    return f"{counts.get('enrolled', 0)} enrolled, {sent} messages sent"


def deliver_all(merchant_id: int) -> int:
    """Every message that is due now, whatever its channel."""
    sent = 0
    for channel in ("email", "sms"):
        while found := deliver(merchant_id=merchant_id, channel=channel, seconds=30):
            sent += found.get("sent", 0)
    return sent


def _policy(shop: Shop, at: datetime) -> None:
    program = program_named(PROGRAM)
    with scope(shop.merchant_id):
        if active_policy(merchant_id=shop.merchant_id, program=PROGRAM) is None:
            settings = program.validated({})
            save_policy(merchant_id=shop.merchant_id, program=program, settings=settings, automatic=True, by=CLI, at=at)


def _letters_may_leave(shop: Shop, at: datetime) -> None:
    save_channel(
        merchant_id=shop.merchant_id,
        channel="email",
        is_active=True,
        config={"from_name": shop.name},
        per_minute=PER_MINUTE,
        quiet=None,
        by=CLI,
        at=at,
    )


def _import(shop: Shop, path: Path, start: datetime) -> None:
    found = list(documents(path, start))
    for lo in range(0, len(found), SLICE):
        import_documents(merchant_id=shop.merchant_id, shop=shop.slug, documents=found[lo : lo + SLICE], by=CLI, at=start)


def _run(shop: Shop, as_of: datetime) -> dict[str, object]:
    program = program_named(PROGRAM)
    with scope(shop.merchant_id):
        policy = active_policy(merchant_id=shop.merchant_id, program=PROGRAM)
    done = run(
        program=program, merchant_id=shop.merchant_id, shop=shop, settings=policy.settings if policy else {}, as_of=as_of, by=CLI,
        at=timezone.now(), dry_run=False,
    )  # fmt: skip
    return dict(done.counts)
