"""Making and revoking API keys; answering a request that names itself once."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from marketplace.accounts.roles import Permission
from marketplace.api.models import ApiKey, IdempotentAnswer
from marketplace.api.queries import PREFIX, access_key, digest_of
from marketplace.audit.operations import record
from marketplace.kernel.errors import UserError
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope

#: Longer than any request of ours may take.
LEASE = timedelta(minutes=5)
#: How long an answer is repeated; long enough for a caller that was away over a holiday week.
KEPT = timedelta(days=14)
#: Rows of one statement, so that no lock is held for long.
FORGET_CHUNK = 10_000
#: `last_used_at` is for people: to the minute is enough.
USED_EVERY = timedelta(minutes=1)


class InFlight(UserError):
    """The same request is being worked on."""

    is_passing = True


class OtherRequest(UserError):
    """The name was used for another request."""


def create_key(
    *,
    merchant_id: int,
    name: str,
    rights: Sequence[str],
    held: frozenset[Permission],
    expires_at: datetime | None,
    by: Actor,
) -> tuple[ApiKey, str]:
    """A new key and its text, which is shown once. Nobody gives a key more rights than he holds himself. Raises UserError."""
    chosen = sorted(set(rights) & {str(right) for right in held})
    if not chosen or set(rights) - set(chosen):
        raise UserError(_("Choose at least one right, and none that you do not have yourself."))
    token = f"{PREFIX}_{merchant_id}_{token_hex(20)}"
    with scope(merchant_id, durable=True):
        key = ApiKey.objects.create(
            merchant_id=merchant_id,
            name=name,
            digest=digest_of(token),
            tail=token[-4:],
            rights=chosen,
            created_by=by.label,
            expires_at=expires_at,
        )
        record(merchant_id=merchant_id, by=by, action="api.key.created", facts={"key": key.pk, "name": name, "rights": chosen})
    return key, token


def revoke_key(*, merchant_id: int, pk: int, by: Actor, at: datetime) -> None:
    """End a key at once; a second time changes nothing. Raises NotFound."""
    with scope(merchant_id, durable=True):
        access_key(merchant_id=merchant_id, pk=pk)
        ended = ApiKey.objects.filter(merchant_id=merchant_id, pk=pk, revoked_at__isnull=True).update(revoked_at=at)
        if ended:
            record(merchant_id=merchant_id, by=by, action="api.key.revoked", facts={"key": pk})


def note_use(*, key: ApiKey, at: datetime) -> None:
    """Remember when a key was last used, at most once a minute."""
    if key.last_used_at is None or at - key.last_used_at > USED_EVERY:
        with scope(key.merchant_id):
            ApiKey.objects.filter(merchant_id=key.merchant_id, pk=key.pk).update(last_used_at=at)


BEGIN = """
INSERT INTO api_idempotentanswer AS a (merchant_id, key, request_digest, lease_until)
VALUES (%(merchant)s, %(key)s, %(digest)s, now() + %(lease)s)
ON CONFLICT (merchant_id, key) DO UPDATE SET lease_until = now() + %(lease)s
  WHERE a.status IS NULL AND a.lease_until < now() AND a.request_digest = %(digest)s
RETURNING id
"""
Answer = tuple[int, Any]


def answered_once(*, merchant_id: int, key: str, request_digest: str, work: Callable[[], Answer]) -> Answer:
    """The answer to a request that names itself: computed once, then repeated. Raises InFlight and OtherRequest.

    A server error is not remembered: the request may be sent again.
    """
    values: dict[str, Any] = {"merchant": merchant_id, "key": key, "digest": request_digest, "lease": LEASE}
    with scope(merchant_id, durable=True), connection.cursor() as cursor:
        cursor.execute(BEGIN, values)
        is_new = cursor.fetchone() is not None
        known = IdempotentAnswer.objects.get(merchant_id=merchant_id, key=key)
    if not is_new:
        return _known_answer(known, request_digest)
    try:
        status, body = work()
    except BaseException:
        _forget(known)
        raise
    if status >= 500:
        _forget(known)
    else:
        with scope(merchant_id, durable=True):
            IdempotentAnswer.objects.filter(merchant_id=merchant_id, pk=known.pk).update(status=status, body=body)
    return status, body


def forget_answers(*, at: datetime) -> int:
    """Delete answers older than two weeks, of all tenants (system role); how many."""
    old = IdempotentAnswer.objects.using("system").filter(created_at__lt=at - KEPT)
    total = 0
    while gone := old.filter(pk__in=list(old.order_by("pk").values_list("pk", flat=True)[:FORGET_CHUNK])).delete()[0]:
        total += gone
    return total


def _known_answer(known: IdempotentAnswer, request_digest: str) -> Answer:
    if known.request_digest != request_digest:
        raise OtherRequest(_("This Idempotency-Key was used for another request; use a new one for each."))
    if known.status is None:
        raise InFlight(_("The same request is being worked on; ask again in a moment."))
    return known.status, known.body


def _forget(known: IdempotentAnswer) -> None:
    with scope(known.merchant_id, durable=True):
        IdempotentAnswer.objects.filter(merchant_id=known.merchant_id, pk=known.pk, status__isnull=True).delete()
