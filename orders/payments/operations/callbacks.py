"""The one way in for what payment companies say, whoever carried it: signature, reading, booking, answer."""

from collections.abc import Mapping
from datetime import datetime

from marketplace.tenancy.actor import Actor
from orders.payments.gateways import gateway_named
from orders.payments.gateways.protocol import BadNotice, BadSignature, Reply, Result
from orders.payments.operations.settling import receive

#: Far above what any payment company sends.
MOST_BYTES = 64 * 1024
FORGED, UNREADABLE, TOO_LARGE = Reply(401), Reply(400), Reply(413)


def take_callback(*, gateway: str, headers: Mapping[str, str], body: bytes, at: datetime) -> Reply:
    """Book a callback and say what its sender wants to read. Header names are in lower case.

    401 for a signature that is not the company's, whatever the body says; 400 for what it signed and we cannot read. Raises
    NotFound for a gateway that is not switched on.
    """
    chosen = gateway_named(gateway)
    if len(body) > MOST_BYTES:
        return TOO_LARGE
    try:
        notice = chosen.read(headers, body, at)
    except BadSignature:
        return FORGED
    except BadNotice:
        return UNREADABLE
    if notice.result is not Result.OTHER:
        receive(gateway=gateway, notice=notice, at=at, by=Actor(f"system:{gateway}"))
    return chosen.reply(accepted=True)
