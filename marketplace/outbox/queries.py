"""Reading the outbox. Every query names the merchant, on top of row-level security."""

from collections.abc import Iterable
from datetime import time

from django.db import connection, connections
from django.db.models import Q, QuerySet

from marketplace.kernel.errors import NotFound
from marketplace.kernel.sealing import Unreadable, unseal
from marketplace.outbox.channels import NAMES, Settings, defaults_of
from marketplace.outbox.models import ChannelSettings, DeliveryAttempt, Endpoint, Message, Notice, Suppression, Template

#: First key of the advisory lock by which a living worker is known; the second is its number, with which its tokens begin.
WORKER_LOCK = 7104
ALIVE = f"""
SELECT lpad(to_hex(k.objid::bigint), 8, '0') FROM pg_locks k
WHERE k.locktype = 'advisory' AND k.classid = {WORKER_LOCK} AND k.granted
  AND k.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
# One probe per merchant and channel. Everybody gets one slice a sweep, in random order: the longest queue is not served first.
DUE = f"""
WITH alive AS MATERIALIZED ({ALIVE})
SELECT o.id, c.channel FROM accounts_organization o CROSS JOIN unnest(%(channels)s::text[]) AS c (channel)
WHERE EXISTS (SELECT 1 FROM outbox_message m WHERE m.merchant_id = o.id AND m.channel = c.channel
              AND m.state = 'ready' AND m.run_at <= now())
   OR EXISTS (SELECT 1 FROM outbox_message m WHERE m.merchant_id = o.id AND m.channel = c.channel AND m.state = 'running'
              AND (m.lease_until < now() OR left(m.token::text, 8) NOT IN (SELECT * FROM alive)))
ORDER BY random() LIMIT 5000
"""


def due() -> list[tuple[int, str]]:
    """(merchant, channel) of everything that waits or whose worker died, across tenants (system role)."""
    with connections["system"].cursor() as cursor:
        cursor.execute(DUE, {"channels": list(NAMES)})
        return [(merchant_id, channel) for merchant_id, channel in cursor.fetchall()]


def channel_row(merchant_id: int, channel: str) -> ChannelSettings | None:
    return ChannelSettings.objects.filter(merchant_id=merchant_id, channel=channel).first()


def channel_settings(merchant_id: int, channel: str) -> Settings:
    """A merchant's use of a channel; the channel's defaults where nothing was set. Needs the merchant's scope."""
    row, defaults = channel_row(merchant_id, channel), defaults_of(channel)
    if row is None:
        return Settings(channel, True, {}, "", defaults.per_minute, defaults.quiet)
    quiet = _quiet(row.quiet_from, row.quiet_to)
    return Settings(channel, row.is_active, row.config, secret_of(row), row.per_minute, quiet, row.updated_at)


def quiet_hours(merchant_id: int, channel: str) -> tuple[time, time] | None:
    """[from, to) in the recipient's local time, for planning with `next_allowed()`. Needs the merchant's scope."""
    return channel_settings(merchant_id, channel).quiet


def _quiet(start: time | None, end: time | None) -> tuple[time, time] | None:
    return (start, end) if start is not None and end is not None and start != end else None


def secret_of(row: ChannelSettings) -> str:
    """The channel's key in clear; '' where there is none, or no configured key opens it."""
    if row.secret_cipher is None:
        return ""
    try:
        return unseal(row.secret_cipher, merchant_id=row.merchant_id, purpose=f"channel:{row.channel}")
    except Unreadable:
        return ""


def suppressed(merchant_id: int, channel: str, recipients: Iterable[int], hashes: Iterable[str]) -> tuple[set[int], set[str]]:
    """Which of these recipients and addresses must not be written to on this channel. Needs the merchant's scope."""
    found = Suppression.objects.filter(merchant_id=merchant_id, removed_at__isnull=True, channel__in=["", channel]).filter(
        Q(recipient_id__in=list(recipients)) | Q(address_hash__in=[one for one in hashes if one])
    )
    rows = list(found.values_list("recipient_id", "address_hash"))
    return {recipient for recipient, _hash in rows if recipient is not None}, {one for _recipient, one in rows if one}


def messages(merchant_id: int) -> QuerySet[Message]:
    """A merchant's messages, newest first."""
    return Message.objects.filter(merchant_id=merchant_id).order_by("-id")


def recent_reasons(merchant_id: int) -> list[str]:
    """Reasons among the newest messages, for the filter: the whole list may be long."""
    newest = Message.objects.filter(merchant_id=merchant_id).order_by("-id").values_list("reason", flat=True)[:5_000]
    return sorted({reason for reason in newest if reason})


def access_message(*, merchant_id: int, pk: int) -> Message:
    """One message of the merchant. Raises NotFound for foreign and missing alike."""
    found = messages(merchant_id).select_related("endpoint").filter(pk=pk).first()
    if found is None:
        raise NotFound("There is no such message.")
    return found


def tries(message: Message) -> QuerySet[DeliveryAttempt]:
    """A message's attempts, oldest first."""
    return DeliveryAttempt.objects.filter(merchant_id=message.merchant_id, message_id=message.pk).order_by("id")


def messages_of(merchant_id: int, recipient_id: int) -> QuerySet[Message]:
    """Everything one buyer was or will be sent, newest first: his timeline."""
    return messages(merchant_id).filter(recipient_id=recipient_id)


def suppressions(merchant_id: int) -> QuerySet[Suppression]:
    """The suppression list as it stands, newest first."""
    return Suppression.objects.filter(merchant_id=merchant_id, removed_at__isnull=True).order_by("-id")


def access_suppression(*, merchant_id: int, pk: int) -> Suppression:
    """One entry, also a removed one. Raises NotFound for foreign and missing alike."""
    found = Suppression.objects.filter(merchant_id=merchant_id, pk=pk).first()
    if found is None:
        raise NotFound("There is no such entry.")
    return found


def endpoints(merchant_id: int) -> QuerySet[Endpoint]:
    return Endpoint.objects.filter(merchant_id=merchant_id).order_by("id")


def access_endpoint(*, merchant_id: int, pk: int) -> Endpoint:
    """Raises NotFound for foreign and missing alike."""
    found = endpoints(merchant_id).filter(pk=pk).first()
    if found is None:
        raise NotFound("There is no such endpoint.")
    return found


def versions(merchant_id: int, kind: str, step: str, channel: str, language: str) -> QuerySet[Template]:
    """Every version of one wording, newest first."""
    found = Template.objects.filter(merchant_id=merchant_id, kind=kind, step=step, channel=channel, language=language)
    return found.order_by("-version")


def access_template(*, merchant_id: int, pk: int) -> Template:
    """Raises NotFound for foreign and missing alike."""
    found = Template.objects.filter(merchant_id=merchant_id, pk=pk).first()
    if found is None:
        raise NotFound("There is no such version.")
    return found


def pending_templates(merchant_id: int) -> QuerySet[Template]:
    """Wordings that wait for a second person, oldest first."""
    return Template.objects.filter(merchant_id=merchant_id, state=Template.State.PENDING).order_by("id")


def notices(merchant_id: int) -> QuerySet[Notice]:
    """Notices to the merchant's own people, newest first."""
    return Notice.objects.filter(merchant_id=merchant_id, recipient_id__isnull=True).order_by("-id")


#: The bell rings on every page of a console, so its statement is written out.
UNREAD = """
SELECT count(*) FROM (
  SELECT FROM outbox_notice WHERE merchant_id = %s AND recipient_id IS NULL AND read_at IS NULL LIMIT 100
) AS unread
"""


def unread_count(merchant_id: int) -> int:
    """Unread notices, counted up to 100: the bell says "99+"."""
    with connection.cursor() as cursor:
        cursor.execute(UNREAD, [merchant_id])
        return int(cursor.fetchone()[0])


def buyer_notices(merchant_id: int, recipient_id: int) -> QuerySet[Notice]:
    """In-app messages to one buyer, newest first; for the buyers' pages."""
    return Notice.objects.filter(merchant_id=merchant_id, recipient_id=recipient_id).order_by("-id")
