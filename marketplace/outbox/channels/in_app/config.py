"""In-app messages need no settings: they are rows of our own."""

from collections.abc import Mapping
from typing import Any

from marketplace.outbox.channels import Defaults

DEFAULTS = Defaults(batch=500, per_minute=None, transactional=True)
FIELDS: tuple[tuple[str, Any, Any], ...] = ()


def checked(values: Mapping[str, Any]) -> dict[str, Any]:
    return {}
