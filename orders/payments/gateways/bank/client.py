"""Nothing is asked of a bank: the payer transfers by himself, and staff send money back by the bank's own means."""

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings

from orders.payments.gateways.bank import callback, config
from orders.payments.gateways.protocol import Known, Notice, Opened, Reply, Request, Result, Return


class BankTransfer:
    name, label, text, icon = config.NAME, config.LABEL, config.TEXT, config.ICON
    is_offline, minutes = True, config.MINUTES

    def currencies(self) -> tuple[str, ...]:
        return tuple(settings.PAYMENT_CURRENCIES) if config.account()["account"] else ()

    def open(self, request: Request) -> Opened:
        return Opened()

    def read(self, headers: Mapping[str, str], body: bytes, at: datetime) -> Notice:
        return callback.read(headers, body, at)

    def reply(self, *, accepted: bool) -> Reply:
        return Reply(401)

    def lookup(self, known: Known) -> Notice:
        return Notice(f"lookup:{known.reference}", known.reference, Result.PENDING)

    def send_back(self, wanted: Return) -> Notice:
        return Notice(f"return:{wanted.request_id}", wanted.request_id, Result.PENDING)

    def lookup_return(self, wanted: Return) -> Notice:
        return Notice(f"return:{wanted.request_id}", wanted.request_id, Result.PENDING)


def gateway() -> BankTransfer:
    return BankTransfer()
