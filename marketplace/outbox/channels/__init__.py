"""The ways a message leaves. Each is a folder with the same two files:

* `config.py`: `DEFAULTS` (a `Defaults`), `FIELDS` (what a merchant may set) and `checked(values)`.
* `sender.py`: `open_sender(merchant_id, channel)`: a context manager that gives a `Sender`.

`in_app` writes rows of our own instead of calling anybody, so its sender works inside the claiming transaction.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum
from importlib import import_module
from typing import Any, Protocol

from marketplace.outbox.kinds import Outgoing

NAMES = ("email", "sms", "webhook", "in_app")


class Outcome(StrEnum):
    """What became of one attempt. BOUNCED: the address itself does not exist."""

    SENT = "sent"
    RETRY = "retry"
    REFUSED = "refused"
    BOUNCED = "bounced"


@dataclass(frozen=True)
class Result:
    """The answer to one attempt. `retry_after` is what the other side asked for, in seconds."""

    outcome: Outcome
    detail: str = ""
    reference: str = ""
    retry_after: float | None = None


@dataclass(frozen=True)
class Letter:
    """A message that passed every check, with its words."""

    message: Outgoing
    merchant_id: int
    to: str
    language: str
    subject: str = ""
    body: str = ""
    #: Which wording: `default`, or the merchant's `v3`.
    template: str = ""
    payload: Mapping[str, Any] = field(default_factory=dict)
    url: str = ""
    unsubscribe: str = ""
    #: In-app only: the words in every language.
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def stable_id(self) -> str:
        """The same on every attempt, so that the other side can tell a repetition."""
        return f"msg_{self.merchant_id}_{self.message.id}"


@dataclass(frozen=True)
class Defaults:
    """How a channel behaves for a merchant who set nothing. `batch` letters are checked together and then sent one by one."""

    batch: int
    per_minute: int | None
    quiet: tuple[time, time] | None = None
    transactional: bool = False


@dataclass(frozen=True)
class Settings:
    """A merchant's use of a channel, as the engine needs it."""

    channel: str
    is_active: bool
    config: Mapping[str, Any]
    secret: str
    per_minute: int | None
    quiet: tuple[time, time] | None
    updated_at: datetime | None = None

    @property
    def burst(self) -> int:
        """What may leave at once: ten seconds' worth."""
        return max(10, (self.per_minute or 0) // 6)


class Sender(Protocol):
    """Hands letters over, one at a time. Never raises for what the other side does: that is a `Result`."""

    def send(self, letter: Letter) -> Result: ...


class ChannelOff(Exception):
    """The channel is not set up; the message says what is missing."""


def defaults_of(channel: str) -> Defaults:
    found: Defaults = import_module(f"marketplace.outbox.channels.{channel}.config").DEFAULTS
    return found


def fields_of(channel: str) -> Sequence[Any]:
    found: Sequence[Any] = import_module(f"marketplace.outbox.channels.{channel}.config").FIELDS
    return found


def checked_config(channel: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """A merchant's values, checked and in the channel's own spelling. Raises UserError."""
    found: dict[str, Any] = import_module(f"marketplace.outbox.channels.{channel}.config").checked(values)
    return found


def open_sender(merchant_id: int, settings: Settings) -> AbstractContextManager[Sender]:
    """The channel's sender, open for one batch. Raises ChannelOff on entering."""
    found: AbstractContextManager[Sender] = import_module(f"marketplace.outbox.channels.{settings.channel}.sender").open_sender(
        merchant_id, settings
    )
    return found
