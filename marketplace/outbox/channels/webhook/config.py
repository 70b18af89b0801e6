"""Webhooks: the addresses are rows (`Endpoint`); here is only the rate."""

from collections.abc import Mapping
from typing import Any

from marketplace.outbox.channels import Defaults

DEFAULTS = Defaults(batch=20, per_minute=1_200)
FIELDS: tuple[tuple[str, Any, Any], ...] = ()


def checked(values: Mapping[str, Any]) -> dict[str, Any]:
    return {}
