"""The outside world while everything falls over: payments, refund requests, answers and the platform's word.

Like any client that gets no answer, it asks again; now and then it says everything twice, or late and out of order.
"""

import contextlib
import logging
import random
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import DatabaseError, InterfaceError, OperationalError, connections

from aftersales.operations import claim_order
from aftersales.programs.refund_retention import answering
from aftersales.programs.refund_retention.operations import record_outcome, record_refund_request
from marketplace.kernel.errors import UserError
from marketplace.tenancy.actor import CLI
from orders.store.api.documents import import_documents
from tests import cast
from tests.engine import doors
from tests.faults.stage import Size

log = logging.getLogger(__name__)
WORDS = [
    "有一道裂缝",
    "太小了穿不下",
    "不想要了",
    "还没收到货",
    "便宜了好多",
    "不会安装",
    "",
    "买错型号了",
    "does not fit",
    "arrived broken",
]
ANSWERS: list[Callable[..., Any]] = [answering.accept_card, answering.decline_card, answering.refund_now]
Deed = Callable[[], Any]


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


class Feeder(threading.Thread):
    """Does its deeds one after the other, each until it has been answered."""

    def __init__(self, shop: cast.Merchant, size: Size, dice: random.Random) -> None:
        super().__init__(daemon=True)
        self.shop, self.size, self.dice = shop, size, dice
        self.stopping = threading.Event()
        self.asked: set[int] = set()
        self.done = self.repeated = 0
        self.failure: BaseException | None = None

    def run(self) -> None:
        try:
            for deed in self._deeds():
                if self.stopping.is_set():
                    return
                self._until_answered(deed)
                if self.dice.random() < 0.3:
                    self.repeated += 1
                    self._until_answered(deed)
                time.sleep(self.dice.uniform(0, 0.2))
        except BaseException as error:  # noqa: BLE001 - the main thread fails with it
            self.failure = error
        finally:
            connections.close_all()

    def _until_answered(self, deed: Deed) -> None:
        """Refusals are answers; a lost connection is none."""
        until = time.monotonic() + 120
        while time.monotonic() < until:
            try:
                deed()
            except UserError as error:
                if not error.is_passing:
                    self.done += 1
                    return
            except (OperationalError, InterfaceError, DatabaseError) as error:
                log.info("again: %s", error)
                with contextlib.suppress(DatabaseError, InterfaceError):
                    connections.close_all()
            else:
                self.done += 1
                return
            time.sleep(0.2)
        raise TimeoutError("no answer for two minutes")

    def _deeds(self) -> list[Deed]:
        deeds: list[Deed] = []
        for n in range(self.size.returns):
            deeds += [self._request(n), self._answer(n), self._outcome(n)] if n % 2 else [self._request(n), self._answer(n)]
        paying = [self._pay(n) for n in range(0, self.size.presales, 3)]
        claiming = [self._claim(n) for n in range(0, self.size.protected, 5)]
        # Requests stay before their answers; everything else comes in any order.
        for extra in (*paying, *claiming):
            deeds.insert(self.dice.randrange(len(deeds) + 1), extra)
        return deeds

    def _request(self, n: int) -> Deed:
        words, moment = self.dice.choice(WORDS), now()

        def deed() -> None:
            done = record_refund_request(
                merchant_id=self.shop.id, shop_id=self.shop.shop.pk, external_ref=f"Q{n:05}", order_ref=f"R{n:05}", line_no=1,
                quantity=1, requested_at=moment, buyer_text=words, deadline_at=moment + timedelta(hours=24), by=CLI, at=now(),
            )  # fmt: skip
            self.asked.add(done.request.pk)

        return deed

    def _answer(self, n: int) -> Deed:
        answer = self.dice.choice(ANSWERS)

        def deed() -> None:
            found = doors.rows(self.shop, CASE_OF, f"Q{n:05}")
            if found:
                answer(merchant_id=self.shop.id, case_id=found[0][0], by=CLI, at=now())

        return deed

    def _outcome(self, n: int) -> Deed:
        outcome = self.dice.choice(["withdrawn", "withdrawn", "refunded", "rejected"])

        def deed() -> None:
            request = doors.one(self.shop, "SELECT id FROM store_refundrequest WHERE external_ref = %s", f"Q{n:05}")
            record_outcome(merchant_id=self.shop.id, request_id=request, outcome=outcome, by=CLI, at=now())

        return deed

    def _pay(self, n: int) -> Deed:
        """The balance of a presale is paid; sometimes an older version of the order comes after it."""
        moment = now()

        def deed() -> None:
            order = doors.rows(self.shop, PRESALE, f"S{n:05}")[0]
            facts = dict(
                zip(("placed_at", "deposit_paid_at", "balance_opens_at", "balance_closes_at"), map(str, order), strict=True)
            )
            line = {"sku": "PRESALE", "quantity": 1, "list_unit_price": "100.00"}
            common = {"order_ref": f"S{n:05}", "buyer_ref": f"SB{n:05}", "presale_activity": "D11", **facts, "lines": [line]}
            money = {"deposit": "10.00", "balance": "90.00"}
            paid = {**common, **money, "balance_paid_at": moment.isoformat(), "paid_at": moment.isoformat(), "status": "paid"}
            versions = [{**paid, "updated_at": moment.isoformat()}]
            if n % 2:
                older = (moment - timedelta(minutes=5)).isoformat()
                versions.append({**common, **money, "status": "open", "updated_at": older})
            for version in versions:
                import_documents(merchant_id=self.shop.id, shop=self.shop.shop.slug, documents=[version], by=CLI, at=now())

        return deed

    def _claim(self, n: int) -> Deed:
        def deed() -> None:
            order = doors.one(self.shop, "SELECT id FROM store_shoporder WHERE external_ref = %s", f"P{n:05}")
            claim_order(merchant_id=self.shop.id, order_id=order, as_of=now(), by=CLI, at=now())

        return deed


CASE_OF = """
SELECT c.id FROM refund_retention_retentioncase c
JOIN store_refundrequest r ON r.merchant_id = c.merchant_id AND r.id = c.request_id WHERE r.external_ref = %s
"""
PRESALE = "SELECT placed_at, deposit_paid_at, balance_opens_at, balance_closes_at FROM store_shoporder WHERE external_ref = %s"
