"""How a merchant's messages leave: channel settings and webhook endpoints. Secrets are sealed and shown once."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from uuid import uuid4

from django.db import IntegrityError
from django.utils.translation import gettext as _

from marketplace.audit.operations import record
from marketplace.kernel.errors import UserError
from marketplace.kernel.sealing import seal
from marketplace.outbox.channels import NAMES, Result, checked_config
from marketplace.outbox.channels.guarded_http import Refused, check_url
from marketplace.outbox.channels.webhook.sender import PURPOSE, deliver
from marketplace.outbox.channels.webhook.signing import new_secret
from marketplace.outbox.models import ChannelSettings, Endpoint
from marketplace.outbox.queries import access_endpoint
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope

#: How long messages carry a signature of the replaced secret, too.
OVERLAP = timedelta(hours=24)
MAX_ENDPOINTS = 20
MAX_PER_MINUTE = 100_000


def save_channel(
    *,
    merchant_id: int,
    channel: str,
    is_active: bool,
    config: Mapping[str, Any],
    per_minute: int | None,
    quiet: tuple[time, time] | None,
    by: Actor,
    at: datetime,
    secret: str | None = None,
) -> ChannelSettings:
    """Set a channel. `secret` None keeps the one there is. Raises UserError with what is wrong."""
    if channel not in NAMES:
        raise UserError(_("Choose a channel."))
    if per_minute is not None and not 1 <= per_minute <= MAX_PER_MINUTE:
        raise UserError(_("The rate must be between 1 and 100,000 messages per minute."))
    checked = checked_config(channel, config)
    values: dict[str, Any] = {
        "is_active": is_active,
        "config": checked,
        "per_minute": per_minute,
        "quiet_from": quiet[0] if quiet else None,
        "quiet_to": quiet[1] if quiet else None,
        "updated_by": by.label,
        "updated_at": at,
    }
    if secret is not None:
        values["secret_cipher"] = seal(secret, merchant_id=merchant_id, purpose=f"channel:{channel}") if secret else None
    with scope(merchant_id, durable=True):
        row, _new = ChannelSettings.objects.update_or_create(merchant_id=merchant_id, channel=channel, defaults=values)
        facts = {
            "channel": channel,
            "is_active": is_active,
            "config": checked,
            "per_minute": per_minute,
            "quiet": [str(bound) for bound in quiet] if quiet else None,
            "secret_changed": secret is not None,
        }
        record(merchant_id=merchant_id, by=by, action="outbox.channel.saved", facts=facts)
    return row


def add_endpoint(*, merchant_id: int, url: str, kinds: Sequence[str], by: Actor, at: datetime) -> tuple[Endpoint, str]:
    """A new webhook endpoint and its secret, which is not shown again. Raises UserError for an address we may not call."""
    _require_callable(url)
    secret = new_secret()
    try:
        with scope(merchant_id, durable=True):
            if Endpoint.objects.filter(merchant_id=merchant_id).count() >= MAX_ENDPOINTS:
                raise UserError(_("A merchant may have 20 endpoints."))
            made = Endpoint.objects.create(
                merchant_id=merchant_id,
                url=url,
                kinds=list(kinds),
                secret_cipher=seal(secret, merchant_id=merchant_id, purpose=PURPOSE),
                created_by=by.label,
                created_at=at,
                is_active=True,
            )
            record(merchant_id=merchant_id, by=by, action="outbox.endpoint.added", facts={"id": made.pk, "url": url})
    except IntegrityError as error:
        raise UserError(_("There is an endpoint with this address already.")) from error
    return made, secret


def replace_secret(*, merchant_id: int, endpoint_id: int, by: Actor, at: datetime) -> str:
    """A new secret, shown once; for a day messages carry signatures of both. Raises NotFound."""
    secret = new_secret()
    with scope(merchant_id, durable=True):
        endpoint = access_endpoint(merchant_id=merchant_id, pk=endpoint_id)
        endpoint.previous_cipher, endpoint.previous_until = endpoint.secret_cipher, at + OVERLAP
        endpoint.secret_cipher = seal(secret, merchant_id=merchant_id, purpose=PURPOSE)
        endpoint.save(update_fields=["secret_cipher", "previous_cipher", "previous_until"])
        record(merchant_id=merchant_id, by=by, action="outbox.endpoint.secret_replaced", facts={"id": endpoint_id})
    return secret


def switch_endpoint(*, merchant_id: int, endpoint_id: int, is_active: bool, by: Actor, at: datetime) -> Endpoint:
    """Switch an endpoint on or off; messages that wait for one that is off are given up. Raises NotFound."""
    with scope(merchant_id, durable=True):
        endpoint = access_endpoint(merchant_id=merchant_id, pk=endpoint_id)
        endpoint.is_active = is_active
        endpoint.save(update_fields=["is_active"])
        action = f"outbox.endpoint.switched_{'on' if is_active else 'off'}"
        record(merchant_id=merchant_id, by=by, action=action, facts={"id": endpoint_id, "at": at.isoformat()})
        return endpoint


def try_endpoint(*, merchant_id: int, endpoint_id: int, by: Actor, at: datetime) -> Result:
    """Send a signed test event now, outside any transaction, and say what came back. Raises NotFound."""
    with scope(merchant_id, durable=True):
        endpoint = access_endpoint(merchant_id=merchant_id, pk=endpoint_id)
        record(merchant_id=merchant_id, by=by, action="outbox.endpoint.tried", facts={"id": endpoint_id})
    document = {"type": "outbox.test", "timestamp": at.isoformat(), "data": {"message": "Hello from Shangban"}}
    return deliver(endpoint, f"msg_test_{uuid4().hex}", json.dumps(document).encode())


def _require_callable(url: str) -> None:
    try:
        check_url(url)
    except Refused as error:
        raise UserError(_("This address cannot be used: %(why)s.") % {"why": _(str(error))}) from error
