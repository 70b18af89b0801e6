"""Reading API keys. Every query names the merchant, on top of row-level security."""

from datetime import datetime
from hashlib import sha256

from django.db.models import Q, QuerySet

from marketplace.api.models import ApiKey
from marketplace.kernel.errors import NotFound

PREFIX = "sbk"


def keys(merchant_id: int) -> QuerySet[ApiKey]:
    """The merchant's keys, usable ones first, newest first."""
    return ApiKey.objects.filter(merchant_id=merchant_id).order_by("revoked_at", "-id")


def access_key(*, merchant_id: int, pk: int) -> ApiKey:
    """One key of the merchant. Raises NotFound for foreign and missing alike."""
    found = keys(merchant_id).filter(pk=pk).first()
    if found is None:
        raise NotFound("There is no such key.")
    return found


def merchant_of(token: str) -> int | None:
    """The merchant a key says it belongs to (`sbk_43_…`); None when it is not a key of ours."""
    prefix, _, rest = token.partition("_")
    number = rest.partition("_")[0]
    plausible = prefix == PREFIX and len(token) <= 100 and number.isascii() and number.isdigit() and len(number) <= 18
    return int(number) if plausible else None


def usable_key(*, merchant_id: int, token: str, at: datetime) -> ApiKey | None:
    """The key of this text, if it is in force. Needs the merchant's scope."""
    in_force = Q(expires_at__isnull=True) | Q(expires_at__gt=at)
    return ApiKey.objects.filter(in_force, merchant_id=merchant_id, digest=digest_of(token), revoked_at__isnull=True).first()


def digest_of(text: str) -> str:
    return sha256(text.encode()).hexdigest()
