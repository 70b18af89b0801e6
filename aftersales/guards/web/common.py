"""What the guards' pages share."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from marketplace.accounts.models import User
from marketplace.ui.kit import Text


def people(labels: Iterable[str]) -> dict[str, Text]:
    """Who is behind stored actors ("user:7", "system:beat"), in words; one query however many."""
    found = {label for label in labels if label}
    ids = {int(label[5:]): label for label in found if label.startswith("user:") and label[5:].isdigit()}
    named: dict[str, Text] = {ids[user.pk]: str(user) for user in User.objects.filter(pk__in=ids)}
    known = {"system:beat": _("Automatic"), "system:cli": _("Command line")}
    return {label: named.get(label) or known.get(label, label) for label in found}


def whole(text: str | None) -> int | None:
    """A number from an address or a form; None for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None


def wholes(texts: Iterable[str]) -> list[int]:
    """The numbers among form values."""
    return [number for number in map(whole, texts) if number is not None]
