"""What can be reviewed: each room registers its kinds in `AppConfig.ready()`.

    register_kind(ReviewKind(name="listing", label=_("Listing"), decide=decide_listing, render=listing_sheet,
                             reasons=("unclear_scope", …), url=listing_url))

A room then calls `open_review(...)` and `withdraw_review(...)` inside its own transaction. Locks are taken subject first, review
second: the handler `decide` locks and checks its own row, the review is closed after it. So a room never waits for a review while
it holds its subject, and the other way round.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from django.utils.functional import Promise

from marketplace.tenancy.actor import Actor

Text = str | Promise
Verdict = Literal["approved", "changes_requested", "rejected"]


@dataclass(frozen=True)
class SheetFact:
    """One labelled value; `value` is text for people (money and dates formatted)."""

    label: Text
    value: Text


@dataclass(frozen=True)
class DiffRow:
    """What a field said before and says now; equal values are shown as unchanged. A first version has no `old`."""

    label: Text
    old: Text
    new: Text


@dataclass(frozen=True)
class SheetImage:
    """A picture of the subject; the address is one of our own views."""

    url: str
    label: Text
    old_url: str = ""


@dataclass(frozen=True)
class SheetLink:
    """A page or, with `is_document`, a file behind a checked view."""

    url: str
    label: Text
    is_document: bool = False
    hint: Text = ""


@dataclass(frozen=True)
class Sheet:
    """Everything a person needs to decide, ready to print; no markup, no stored keys."""

    facts: Sequence[SheetFact] = ()
    diff: Sequence[DiffRow] = ()
    images: Sequence[SheetImage] = ()
    links: Sequence[SheetLink] = ()


class Decide(Protocol):
    """Carry a verdict out on the subject, in the caller's transaction and in the provider's scope.

    Locks its own row, checks that it still waits, changes it. Raises `UserError` when it cannot: nothing is decided then.
    Tells nobody (moderation does) and opens no durable scope.
    """

    def __call__(
        self, provider_id: int, subject_id: int, verdict: str, reasons: Sequence[str], note: str, by: Actor, at: datetime
    ) -> None: ...


@dataclass(frozen=True)
class ReviewKind:
    """A kind of review.

    `reasons` are codes of `ReasonTemplate`; a template exists for each (a test holds it). `verdicts` names the buttons for kinds
    whose words differ, and leaves out what makes no sense. `overrule`, with the signature of `decide`, takes back what a rule
    approved when a second look finds fault; without it a second look can only confirm. `url` leads the provider to the subject.
    """

    name: str
    label: Text
    decide: Decide
    render: Callable[[int, int], Sheet]
    reasons: Sequence[str] = ()
    url: Callable[[int, int], str] | None = None
    overrule: Decide | None = None
    verdicts: Mapping[str, Text] = field(default_factory=dict)
    #: Whether the provider is told; a report's subject is not.
    is_told: bool = True


_kinds: dict[str, ReviewKind] = {}


class UnknownKind(LookupError):
    """No room registered this kind of review."""


def register_kind(kind: ReviewKind) -> None:
    """Add a kind; its name is taken once."""
    if kind.name in _kinds and _kinds[kind.name] != kind:
        raise ValueError(f"the review kind {kind.name!r} is registered twice")
    _kinds[kind.name] = kind


def kind_named(name: str) -> ReviewKind:
    """The kind of this name. Raises UnknownKind."""
    try:
        return _kinds[name]
    except KeyError:
        raise UnknownKind(name) from None


def kinds() -> list[ReviewKind]:
    """Every kind, in the order of registration."""
    return list(_kinds.values())


def label_of(name: str) -> Text:
    """What people call a kind; a kind whose room is gone shows its name."""
    return _kinds[name].label if name in _kinds else name
