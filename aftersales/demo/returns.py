"""Ten weeks of refund requests, told day by day: what buyers wrote, which card they got, what they answered, what came of it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from aftersales.demo.relative import documents, moment
from aftersales.payouts.telling import settle_and_tell
from aftersales.programs.policies import active_policy, save_policy
from aftersales.programs.refund_retention import answering
from aftersales.programs.refund_retention.models import RetentionCase
from aftersales.programs.refund_retention.operations import record_outcome, record_refund_request, work
from aftersales.programs.refund_retention.rules import PROGRAM
from aftersales.programs.registry import program_named
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from merchants.models import Shop
from orders.store.api.documents import import_documents
from orders.store.models import RefundRequest

#: When a buyer answers his card, when the platform has its word, and when goods kept come back after all.
ANSWERED, CLOSED, AGAIN = timedelta(minutes=7), timedelta(hours=20), timedelta(days=12)
#: How often the program's clock ticks in the replay.
TICK = timedelta(days=2)


@dataclass(frozen=True)
class Asked:
    """One request of the story, with its moment."""

    facts: dict[str, Any]
    at: datetime

    @property
    def ref(self) -> str:
        return str(self.facts["external_ref"])


def tell(shop: Shop, folder: Path) -> str:
    """Replay the requests in order of time. Once per shop."""
    with scope(shop.merchant_id):
        if RefundRequest.objects.filter(merchant_id=shop.merchant_id, external_ref__startswith="TK").exists():
            return "told before"
    start = timezone.now().replace(microsecond=0)
    import_documents(
        merchant_id=shop.merchant_id, shop=shop.slug, documents=list(documents(folder / "returns.jsonl", start)), by=CLI, at=start
    )
    asked = [Asked(facts, moment(facts["requested_at"], start)) for facts in _lines(folder / "requests.jsonl")]
    _policy(shop, min(item.at for item in asked) - timedelta(days=1))
    clock = min(item.at for item in asked)
    for at, act in sorted(_happenings(shop, asked, start), key=lambda happening: happening[0]):
        while clock + TICK < at:
            clock += TICK
            work(merchant_id=shop.merchant_id, by=CLI, at=clock)
        act()
    work(merchant_id=shop.merchant_id, by=CLI, at=start)
    settle_and_tell(merchant_id=shop.merchant_id, at=start)
    return f"{len(asked)} requests"


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    return (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())


def _policy(shop: Shop, at: datetime) -> None:
    program = program_named(PROGRAM)
    with scope(shop.merchant_id):
        if active_policy(merchant_id=shop.merchant_id, program=PROGRAM) is None:
            settings = program.validated({})
            save_policy(merchant_id=shop.merchant_id, program=program, settings=settings, automatic=True, by=CLI, at=at)


def _happenings(shop: Shop, asked: list[Asked], start: datetime) -> Iterator[tuple[datetime, Any]]:
    """Each request with what follows it, as far as that has happened by now."""
    for item in asked:
        yield item.at, lambda item=item: _ask(shop, item)
        steps = [(item.at + ANSWERED, _answer), (item.at + CLOSED, _close)]
        if item.facts["refunded_after_all"]:
            steps.append((item.at + AGAIN, _refund_after_all))
        for at, act in steps:
            if at < start:
                yield at, lambda item=item, act=act, at=at: act(shop, item, at)


def _ask(shop: Shop, item: Asked) -> None:
    record_refund_request(
        merchant_id=shop.merchant_id, shop_id=shop.pk, external_ref=item.ref, order_ref=item.facts["order_ref"], line_no=1,
        quantity=item.facts["quantity"], requested_at=item.at, reason_code=item.facts["reason_code"],
        buyer_text=item.facts["words"], deadline_at=item.at + timedelta(hours=48), by=CLI, at=item.at,
    )  # fmt: skip


def _answer(shop: Shop, item: Asked, at: datetime) -> None:
    """What the buyer does with the card, where he got one; without one nothing is there to answer."""
    case = _case(shop, item)
    answer = {"accept": answering.accept_card, "refund": answering.refund_now}.get(item.facts["answer"])
    if case is not None and answer is not None and answering.may_accept(case, at):
        answer(merchant_id=shop.merchant_id, case_id=case.pk, by=CLI, at=at)


def _close(shop: Shop, item: Asked, at: datetime) -> None:
    """The platform's word: withdrawn where the buyer took the card, refunded otherwise."""
    case = _case(shop, item)
    is_kept = case is not None and case.answer == "accepted"
    if item.facts["outcome"]:
        _say(shop, item, "withdrawn" if is_kept else "refunded", at)


def _refund_after_all(shop: Shop, item: Asked, at: datetime) -> None:
    case = _case(shop, item)
    if case is not None and case.answer == "accepted":
        _say(shop, item, "refunded", at)


def _say(shop: Shop, item: Asked, outcome: str, at: datetime) -> None:
    with scope(shop.merchant_id):
        request = RefundRequest.objects.get(merchant_id=shop.merchant_id, shop_id=shop.pk, external_ref=item.ref)
    record_outcome(merchant_id=shop.merchant_id, request_id=request.pk, outcome=outcome, by=CLI, at=at)


def _case(shop: Shop, item: Asked) -> RetentionCase | None:
    with scope(shop.merchant_id):
        found = RetentionCase.objects.filter(merchant_id=shop.merchant_id, request__external_ref=item.ref)
        return found.select_related("request").first()
