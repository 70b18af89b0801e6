"""Kinds of clauses that upper rooms add to contracts, such as pay by a measured outcome."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orders.service.errors import BadTerms
from orders.service.terms import Terms

#: Checks and cleans a clause's data in the light of the terms around it. Raises BadTerms.
Validate = Callable[[Mapping[str, Any], Terms], Mapping[str, Any]]
#: Lines for the contract, in the reader's language.
Describe = Callable[[Mapping[str, Any], Terms], Sequence[str]]


@dataclass(frozen=True)
class ClauseKind:
    kind: str
    validate: Validate
    describe: Describe


_kinds: dict[str, ClauseKind] = {}


def register_clause(kind: str, validate: Validate, describe: Describe) -> None:
    """Make a kind of clause known (from `AppConfig.ready()`)."""
    _kinds[kind] = ClauseKind(kind, validate, describe)


def checked_clauses(terms: Terms) -> dict[str, Any]:
    """The clauses as their rooms accept them. Raises BadTerms, also for a kind nobody knows."""
    found = {}
    for kind, data in terms.clauses.items():
        if kind not in _kinds:
            raise BadTerms.unknown_clause(kind)
        found[kind] = dict(_kinds[kind].validate(data, terms))
    return found


def described(terms: Terms) -> list[str]:
    """Every clause in words, in the reader's language."""
    return [line for kind, data in terms.clauses.items() if kind in _kinds for line in _kinds[kind].describe(data, terms)]
