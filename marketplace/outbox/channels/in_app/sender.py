"""Delivering to ourselves: one row per message, written in the transaction that closes the message, hence exactly once."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection

from marketplace.outbox.channels import Letter, Outcome, Result, Settings

DELIVER = """
INSERT INTO outbox_notice (merchant_id, message_id, kind, recipient_id, texts, url)
SELECT %(merchant)s, n.message, n.kind, n.recipient, n.texts::jsonb, n.url
FROM unnest(%(ids)s::bigint[], %(kinds)s::text[], %(recipients)s::bigint[], %(texts)s::text[], %(urls)s::text[])
  AS n (message, kind, recipient, texts, url)
ON CONFLICT (merchant_id, message_id) DO NOTHING
"""


class NoticeSender:
    """Writes notices; the caller's transaction closes their messages."""

    def __init__(self, merchant_id: int) -> None:
        self.merchant_id = merchant_id

    def send(self, letter: Letter) -> Result:
        return self.send_all([letter])[0]

    def send_all(self, letters: Sequence[Letter]) -> list[Result]:
        if letters:
            values: dict[str, Any] = {
                "merchant": self.merchant_id,
                "ids": [letter.message.id for letter in letters],
                "kinds": [letter.message.kind for letter in letters],
                "recipients": [letter.message.recipient_id for letter in letters],
                "texts": [json.dumps(letter.texts) for letter in letters],
                "urls": [letter.url[:300] for letter in letters],
            }
            with connection.cursor() as cursor:
                cursor.execute(DELIVER, values)
        return [Result(Outcome.SENT, reference=letter.stable_id) for letter in letters]


@contextmanager
def open_sender(merchant_id: int, settings: Settings) -> Iterator[NoticeSender]:
    yield NoticeSender(merchant_id)
