"""What kinds of messages there are. A program registers its own from `AppConfig.ready()`; the outbox knows none by name.

    register(Kind(
        name="aftersales.presale_balance.reminded", program="presale_balance", consent_class="service",
        variables=(Variable("buyer", _("buyer's name"), "林 / Lin"), Variable("link", _("link"), "https://…")),
        prepare=prepare, label=_("Balance reminder"), steps=("t1", "t2", "t3"), channels=("email", "sms"),
    ))

Wordings that come with a program lie in the folder `messages/` beside the module of `prepare`, one file per step, channel and
language: `t1.email.zh.txt`, or `default.email.zh.txt` for every step without its own. The first line of an e-mail or in-app file
is its subject, the second is empty. A program with several kinds puts each one's files in `messages/<last part of the name>/`.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from django.utils.functional import Promise

from marketplace.outbox.directory import Address

Text = str | Promise


@dataclass(frozen=True)
class Outgoing:
    """A claimed message, as `prepare` sees it. `data` is what the program stored when it enqueued."""

    id: int
    kind: str
    channel: str
    consent_class: str
    recipient_id: int | None
    subject_id: int | None
    step: str
    language: str
    data: Mapping[str, Any]
    effect_key: str
    run_at: datetime
    drop_after: datetime | None
    attempts: int
    address: Address | None = None


@dataclass(frozen=True)
class Ready:
    """Send it, with these values of the kind's variables.

    `by_language` overrides them per language, for notices to the merchant's people, who read both; `payload` is the body of a
    webhook (default: the stored facts); `url` is where an in-app notice leads (a path of the console or a buyer link).
    """

    context: Mapping[str, str] = field(default_factory=dict)
    by_language: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    payload: Mapping[str, Any] | None = None
    url: str = ""


@dataclass(frozen=True)
class Drop:
    """Do not send it any more; `reason` is a code in lower case such as `paid_meanwhile` (name it with `add_reasons`)."""

    reason: str


Answer = Ready | Drop
#: Called set-wise inside the sending transaction, in the merchant's scope. A message it does not answer is dropped (`not_due`).
Prepare = Callable[[int, Sequence[Outgoing]], Mapping[int, Answer]]


#: Where messages to the organization's own people go, by message; what it leaves out has no address.
People = Callable[[int, Sequence[Outgoing]], Mapping[int, Address]]


@dataclass(frozen=True)
class Variable:
    """Something a text may contain as `{name}`; `sample` is shown in previews."""

    name: str
    label: Text
    sample: Text = ""


@dataclass(frozen=True)
class Kind:
    """A kind of message. `program` is what a kill switch names; `consent_class` is the class of its wording.

    With `people` its e-mail goes to the organization's own people: from the operator's address, whatever the organization's
    e-mail to buyers is set to, stopped by no kill switch, and in words nobody edits.
    """

    name: str
    program: str
    consent_class: Literal["service", "commercial"]
    variables: Sequence[Variable]
    prepare: Prepare
    label: Text = ""
    steps: Sequence[str] = ("",)
    channels: Sequence[str] = ("email", "sms")
    messages: Path | None = None
    #: Labels of steps, for the editor.
    step_labels: Mapping[str, Text] = field(default_factory=dict)
    people: People | None = None

    @property
    def folder(self) -> Path:
        """Where the wordings that come with the program lie."""
        if self.messages is not None:
            return self.messages
        return Path(str(sys.modules[self.prepare.__module__].__file__)).parent / "messages"


class UnknownKind(LookupError):
    """Nobody registered a kind of this name."""


class KindRegistered(ValueError):
    """Two programs claim one name."""


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make a kind known. Registering the same one again changes nothing. Raises KindRegistered."""
    known = _kinds.setdefault(kind.name, kind)
    if known.prepare is not kind.prepare:
        raise KindRegistered(kind.name)


def kind_named(name: str) -> Kind:
    """The kind of this name. Raises UnknownKind."""
    try:
        return _kinds[name]
    except KeyError:
        raise UnknownKind(name) from None


def all_kinds() -> list[Kind]:
    """Every kind, by name."""
    return [_kinds[name] for name in sorted(_kinds)]


def editable_kinds() -> list[Kind]:
    """Kinds whose words are the organization's to choose: those to its buyers, and its own alerts."""
    return [kind for kind in all_kinds() if kind.people is None]


def is_for_people(name: str) -> bool:
    """Whether messages of this kind go to the organization's own people; an unknown kind goes to nobody."""
    known = _kinds.get(name)
    return known is not None and known.people is not None


def kinds_of(program: str) -> list[str]:
    """Names of a program's kinds."""
    return [kind.name for kind in all_kinds() if kind.program == program]
