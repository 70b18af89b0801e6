"""A gateway that keeps its own memory and misbehaves on request.

Faults are drawn from a hash of the request id, so that a run can be repeated: `SANDBOX_FAULTS="timeout=0.1,refuse=0.05"`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from zlib import crc32

from django.db import connection

from aftersales.payouts.gateway import Answer, GatewayTimeout, Payment, Result
from marketplace.tenancy.scope import scope

PAY = """
INSERT INTO aftersales_sandboxpayment (merchant_id, request_id, amount, currency, method)
SELECT %s, w.request_id, w.amount, w.currency, w.method
FROM unnest(%s::text[], %s::bigint[], %s::text[], %s::text[]) AS w (request_id, amount, currency, method)
ON CONFLICT (merchant_id, request_id) DO NOTHING
"""
KNOWN = "SELECT request_id, id, amount, currency FROM aftersales_sandboxpayment WHERE merchant_id = %s AND request_id = ANY (%s)"


@dataclass(frozen=True)
class Faults:
    """Shares of requests (0 to 1): refused for good; busy once; batch that times out after paying; answered twice."""

    refuse: float = 0.0
    busy: float = 0.0
    timeout: float = 0.0
    twice: float = 0.0

    @classmethod
    def parse(cls, text: str) -> "Faults":
        """From "timeout=0.1,refuse=0.05"; an empty text means none. Raises ValueError on anything else."""
        known = {field.name for field in fields(cls)}
        pairs = dict(part.split("=", 1) for part in text.split(",") if part.strip())
        if not set(pairs) <= known:
            raise ValueError(f"unknown faults: {sorted(set(pairs) - known)}")
        return cls(**{name: float(share) for name, share in pairs.items()})

    def hits(self, name: str, request_id: str) -> bool:
        return crc32(f"{name}:{request_id}".encode()) % 10_000 < getattr(self, name) * 10_000


class SandboxGateway:
    """Pays into its own table, in a transaction of its own, as a payment company would."""

    def __init__(self, merchant_id: int, faults: Faults | None = None) -> None:
        self.merchant_id = merchant_id
        self.faults = faults or Faults()
        self._busy_once: set[str] = set()

    def pay(self, payments: Sequence[Payment]) -> list[Answer]:
        answers = {p.request_id: self._judge(p) for p in payments}
        paying = [p for p in payments if answers[p.request_id].result is Result.PAID]
        with scope(self.merchant_id), connection.cursor() as cursor:
            ids, amounts = [p.request_id for p in paying], [p.amount for p in paying]
            methods = [p.method for p in paying]
            cursor.execute(PAY, [self.merchant_id, ids, amounts, [p.currency for p in paying], methods])
        if any(self.faults.hits("timeout", p.request_id) for p in payments):
            raise GatewayTimeout("no answer from the sandbox")
        found = [*self.lookup(ids), *(a for a in answers.values() if a.result is not Result.PAID)]
        return found + [a for a in found if self.faults.hits("twice", a.request_id)]

    def lookup(self, request_ids: Sequence[str]) -> list[Answer]:
        with scope(self.merchant_id), connection.cursor() as cursor:
            cursor.execute(KNOWN, [self.merchant_id, list(request_ids)])
            known = {row[0]: row for row in cursor.fetchall()}
        return [self._known(known[r]) if r in known else Answer(r, Result.ABSENT) for r in request_ids]

    def _known(self, row: tuple[str, int, int, str]) -> Answer:
        request_id, number, amount, currency = row
        return Answer(request_id, Result.PAID, f"SBX{number}", amount=amount, currency=currency)

    def _judge(self, payment: Payment) -> Answer:
        if self.faults.hits("refuse", payment.request_id):
            return Answer(payment.request_id, Result.REFUSED, detail="account closed")
        if self.faults.hits("busy", payment.request_id) and payment.request_id not in self._busy_once:
            self._busy_once.add(payment.request_id)
            return Answer(payment.request_id, Result.BUSY, detail="try again")
        return Answer(payment.request_id, Result.PAID)
