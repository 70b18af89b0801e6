"""Who is behind the labels of actors."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from marketplace.accounts.models import User


def actor_names(labels: Iterable[str]) -> dict[str, str]:
    """Actors' labels → names: `user:12` is a person, everything else a part of the system. One statement."""
    wanted = set(labels)
    ids = {label: int(label[5:]) for label in wanted if label.startswith("user:") and label[5:].isdecimal()}
    people = {user.pk: str(user) for user in User.objects.filter(pk__in=ids.values()).only("id", "name", "email")} if ids else {}
    gone = _("somebody who left")
    return {label: people.get(ids[label], gone) if label in ids else _("the system") for label in wanted if label}


def actor_name(label: str) -> str:
    """The name behind one label."""
    return actor_names([label]).get(label, "")
