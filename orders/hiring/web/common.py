"""What the pages of both consoles share."""

from contextlib import AbstractContextManager
from typing import Any

from django.contrib import messages
from django.http import HttpRequest

from marketplace.kernel.errors import UserError
from marketplace.tenancy.scope import Scope, scope
from orders.hiring.errors import Incomplete, ProviderBlocked
from orders.hiring.web.words import ZONE

PER_PAGE = 20
#: Characters of a number in a form; more is no id.
DIGITS = 18


def reading(request: HttpRequest) -> AbstractContextManager[Scope]:
    """A read scope for what a view asks while it handles a form."""
    return scope(request.organization.pk, user_id=request.user.pk, read_only=True)  # type: ignore[attr-defined]


def sentences(error: UserError) -> list[str]:
    """What an error says to people, the details after the heading."""
    more: list[Any] = error.problems if isinstance(error, Incomplete) else []
    if isinstance(error, ProviderBlocked):
        more = [reason.text for reason in error.reasons]
    return [str(error), *(str(each) for each in more)]


def refused(request: HttpRequest, error: UserError) -> None:
    """Say on the next page why it was not done."""
    messages.error(request, " ".join(sentences(error)))


def numbers(values: list[str]) -> list[int]:
    """The ids among texts of a form."""
    return [int(value) for value in values if value.isascii() and value.isdigit() and len(value) <= DIGITS]


__all__ = ["PER_PAGE", "ZONE", "numbers", "reading", "refused", "sentences"]
