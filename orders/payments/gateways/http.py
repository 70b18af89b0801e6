"""Calls to payment companies: TLS, one deadline, a short answer, no redirects. Tests hand in answers of their own."""

import http.client
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from orders.payments.gateways.protocol import GatewayTimeout

SECONDS = 10.0
MOST_BYTES = 256 * 1024


@dataclass(frozen=True)
class Answer:
    """What came back; header names are in lower case."""

    status: int
    body: bytes
    headers: Mapping[str, str]


class Call(Protocol):
    def __call__(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """One request. Raises GatewayTimeout."""


def call(method: str, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """One request to an address from a gateway's own configuration. Raises GatewayTimeout when nothing whole came back."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        raise ValueError("payment companies are called by https only")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = http.client.HTTPSConnection(
        parts.hostname, parts.port or 443, timeout=SECONDS, context=ssl.create_default_context()
    )
    try:
        connection.request(method, target, body or None, dict(headers))
        response = connection.getresponse()
        found = response.read(MOST_BYTES + 1)
    except (OSError, http.client.HTTPException) as error:
        raise no_answer() from error
    finally:
        connection.close()
    if len(found) > MOST_BYTES:
        raise no_answer()
    return Answer(response.status, found, {name.lower(): value for name, value in response.getheaders()})


def no_answer() -> GatewayTimeout:
    return GatewayTimeout(_("The payment company does not answer at the moment. Try again in a minute."))
