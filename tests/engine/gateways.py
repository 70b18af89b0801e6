"""Gateways as bad as they come, to show what the engine's own care is worth."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence

from aftersales.payouts.gateway import Answer, GatewayTimeout, Payment, Result


class Killed(BaseException):
    """The worker died here."""


class ForgetfulGateway:
    """Pays whenever it is asked, however often; it can at least be asked what it has paid."""

    def __init__(self) -> None:
        self.paid: Counter[str] = Counter()
        self.before: Callable[[Sequence[Payment]], None] = lambda _payments: None
        self.after: Callable[[Sequence[Payment]], None] = lambda _payments: None
        self._lock = threading.Lock()

    def pay(self, payments: Sequence[Payment]) -> list[Answer]:
        self.before(payments)
        with self._lock:
            self.paid.update(payment.request_id for payment in payments)
        self.after(payments)
        return [Answer(payment.request_id, Result.PAID, "X") for payment in payments]

    def lookup(self, request_ids: Sequence[str]) -> list[Answer]:
        return [Answer(r, Result.PAID if self.paid[r] else Result.ABSENT) for r in request_ids]

    @property
    def most(self) -> int:
        """How often the payment made most often was made."""
        return max(self.paid.values(), default=0)


def once(act: Callable[[], None]) -> Callable[[Sequence[Payment]], None]:
    """Do this the first time only."""
    done = threading.Event()

    def hook(_payments: Sequence[Payment]) -> None:
        if not done.is_set():
            done.set()
            act()

    return hook


def time_out() -> None:
    raise GatewayTimeout("no answer")


def die() -> None:
    raise Killed
