"""Kinds of messages that exist in tests only, and what tests say about them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db import connection

from marketplace.outbox import kinds
from marketplace.outbox.delivery.engine import deliver
from marketplace.outbox.kinds import Answer, Kind, Outgoing, Ready, Variable
from marketplace.outbox.operations import enqueue
from marketplace.tenancy.scope import scope
from orders.store.contacts import encrypt, lookup_hash
from orders.store.models import Buyer
from tests.cast import Merchant
from tests.engine.doors import rows

SERVICE, COMMERCIAL, ALERT = "tests.letters.reminded", "tests.letters.offered", "tests.letters.alerted"
NOW = datetime(2026, 3, 6, 12, tzinfo=UTC)
#: What `prepare` answers, by kind; tests change it. None: ready.
answers: dict[str, Callable[[int, Sequence[Outgoing]], Mapping[int, Answer]]] = {}
VARIABLES = (Variable("name", "buyer's name", "Lin"), Variable("link", "link", "https://shop.example/b/x"))


def prepare(merchant_id: int, messages: Sequence[Outgoing]) -> Mapping[int, Answer]:
    chosen = answers.get(messages[0].kind)
    return chosen(merchant_id, messages) if chosen else {one.id: ready(one) for one in messages}


def ready(message: Outgoing) -> Ready:
    return Ready({"name": str(message.data.get("name", "Lin")), "link": "https://shop.example/b/SECRET-token_1/"}, url="/orders/")


FOLDER = Path(__file__).parent / "messages"
for name, consent, channels in (
    (SERVICE, "service", ("email", "sms", "webhook", "in_app")),
    (COMMERCIAL, "commercial", ("email", "sms", "in_app")),
    (ALERT, "service", ("in_app",)),
):
    kinds.register(
        Kind(
            name=name, program="letters", consent_class=consent, variables=VARIABLES, prepare=prepare, label=name,  # type: ignore[arg-type]
            steps=("", "t1"), channels=channels, messages=FOLDER,
        )
    )  # fmt: skip


def buyer(merchant: Merchant, ref: str = "B1", *, email: str = "", phone: str = "", consent: bool = True, **more: Any) -> int:
    """A buyer with sealed contacts; his id."""
    sealed: dict[str, Any] = {}
    for field, value in (("contact", email), ("phone", phone)):
        if value:
            sealed[f"{field}_cipher"] = encrypt(value, merchant_id=merchant.id)
            sealed[f"{field}_hash"] = lookup_hash(value, merchant_id=merchant.id)
    with scope(merchant.id):
        return Buyer.objects.create(
            merchant_id=merchant.id, shop=merchant.shop, external_ref=ref, commercial_consent=consent, **sealed, **more
        ).pk


def put(merchant: Merchant, channel: str = "email", kind: str = SERVICE, key: str = "m-1", **more: Any) -> int:
    """Enqueue one message; its id."""
    with scope(merchant.id):
        found = enqueue(merchant_id=merchant.id, kind=kind, channel=channel, effect_key=key, **more)
    assert found is not None
    return found


def put_many(merchant: Merchant, count: int, recipient: int, channel: str = "email", kind: str = SERVICE, **more: Any) -> None:
    """Enqueue `count` messages in one statement, as programs do; keywords are further columns."""
    values = {"merchant": merchant.id, "kind": kind, "channel": channel, "recipient": recipient, "count": count, **more}
    names, places = "".join(f", {name}" for name in more), "".join(f", %({name})s" for name in more)
    with scope(merchant.id), connection.cursor() as cursor:
        cursor.execute(PUT_MANY.format(columns=names, values=places), values)


PUT_MANY = """
INSERT INTO outbox_message (merchant_id, kind, channel, recipient_id, effect_key{columns})
SELECT %(merchant)s, %(kind)s, %(channel)s, %(recipient)s, 'many-' || n{values} FROM generate_series(1, %(count)s) AS n
"""


def send(merchant: Merchant, channel: str = "email", seconds: float = 30.0) -> dict[str, int]:
    return deliver(merchant_id=merchant.id, channel=channel, seconds=seconds)


STATES = """
SELECT state || CASE WHEN state IN ('dropped', 'dead') THEN ':' || reason ELSE '' END, count(*) FROM outbox_message GROUP BY 1
"""


def states(merchant: Merchant) -> dict[str, int]:
    """How many messages are in each state, dropped and dead ones with their reason."""
    return dict(rows(merchant, STATES))


def of(merchant: Merchant, message_id: int, *columns: str) -> Any:
    found = rows(merchant, f"SELECT {', '.join(columns)} FROM outbox_message WHERE id = %s", message_id)[0]
    return found[0] if len(columns) == 1 else found
