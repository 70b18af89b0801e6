"""Transition tables: what each state allows, and what follows. One table per state machine, kept by its room."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from marketplace.kernel.errors import UserError

#: (state, act) → the state that follows.
Table = Mapping[tuple[str, str], str]


class NotPossible(UserError):
    """The state does not allow this act."""


def allows(table: Table, state: str, act: str) -> bool:
    return (state, act) in table


def after(table: Table, state: str, act: str) -> str:
    """The state that follows. Raises NotPossible."""
    try:
        return str(table[state, act])
    except KeyError:
        raise NotPossible(_("This cannot be done any more; the page showed an older state. Look at it again.")) from None
