"""The opt-out link of a message. The room with the buyers' pages registers how it is made; the outbox never imports it."""

from collections.abc import Callable

#: `(merchant_id, recipient_id) -> absolute URL`, computed when the message is rendered.
MakeLink = Callable[[int, int], str]

_make: list[MakeLink] = []


def register_unsubscribe(make: MakeLink) -> None:
    """From `AppConfig.ready()`; the last one counts."""
    _make[:] = [make]


def unsubscribe_link(merchant_id: int, recipient_id: int | None) -> str:
    """'' where there is nobody to opt out, or no page to do it on."""
    return _make[0](merchant_id, recipient_id) if _make and recipient_id is not None else ""
