"""Who is behind the ids of a row: organizations and people, looked up for a whole page at once."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from marketplace.accounts.models import Organization, User

#: Columns that hold an organization's id; everything that owns rows is one.
ORGANIZATIONS = frozenset({"merchant_id", "provider_id", "organization_id", "about_provider_id", "tenant_id"})
#: How many organizations a search may stand for.
MOST = 200


@dataclass(frozen=True)
class Names:
    """Names by id. What is missing is gone."""

    organizations: dict[int, str] = field(default_factory=dict)
    people: dict[int, str] = field(default_factory=dict)


def is_person(name: str) -> bool:
    """Whether a column says who did something: an actor's label or a user's id."""
    return name in ("actor", "user_id") or name.endswith(("_by", "_by_id"))


def user_id(value: object) -> int | None:
    """The person in an actor's label (`user:12`) or in an id; None for a part of the system."""
    text = str(value or "").removeprefix("user:")
    return int(text) if text.isascii() and text.isdigit() else None


def names_of(rows: Iterable[Any]) -> Names:
    """The names all these rows need, in two statements at most."""
    organizations: set[int] = set()
    people: set[int] = set()
    for row in rows:
        for column in row._meta.concrete_fields:
            value = row.__dict__.get(column.attname)
            if value is None:
                continue
            if column.attname in ORGANIZATIONS:
                organizations.add(value)
            elif is_person(column.attname) and (found := user_id(value)) is not None:
                people.add(found)
    return Names(_organizations(organizations), _people(people))


def _organizations(ids: set[int]) -> dict[int, str]:
    found = Organization.objects.using("system").filter(pk__in=ids) if ids else ()
    return {each.pk: each.name for each in found}


def _people(ids: set[int]) -> dict[int, str]:
    found = User.objects.using("system").filter(pk__in=ids).only("name", "email") if ids else ()
    return {each.pk: str(each) for each in found}


def organizations_like(text: str) -> list[int]:
    """Ids of the organizations whose name or slug contains this."""
    found = Organization.objects.using("system").filter(Q(name__icontains=text) | Q(slug__icontains=text))
    return list(found.order_by("id").values_list("pk", flat=True)[:MOST])
