"""Who calls: a merchant's key in `Authorization: Bearer sbk_…`."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from marketplace.accounts.roles import Permission
from marketplace.api.models import ApiKey
from marketplace.api.operations import note_use
from marketplace.api.queries import merchant_of, usable_key
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope


@dataclass(frozen=True)
class Caller:
    """What takes the place of a user: a merchant's key and what it may do."""

    merchant_id: int
    key_id: int
    rights: frozenset[Permission]
    is_authenticated: bool = True
    is_anonymous: bool = False

    @property
    def actor(self) -> Actor:
        return Actor(f"key:{self.key_id}")

    @property
    def pk(self) -> str:
        return f"key:{self.key_id}"


class KeyAuthentication(BaseAuthentication):
    """Unknown, revoked and expired keys, and keys of nobody, get the same answer."""

    def authenticate(self, request: Request) -> tuple[Caller, ApiKey] | None:
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != b"bearer":
            return None
        if len(parts) != 2:
            raise AuthenticationFailed(_("The key is not valid."))
        key = _key(parts[1].decode("latin-1"))
        if key is None:
            raise AuthenticationFailed(_("The key is not valid."))
        note_use(key=key, at=timezone.now())
        return Caller(key.merchant_id, key.pk, frozenset(Permission(right) for right in key.rights)), key

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def _key(token: str) -> ApiKey | None:
    merchant_id = merchant_of(token)
    if merchant_id is None:
        return None
    with scope(merchant_id):
        return usable_key(merchant_id=merchant_id, token=token, at=timezone.now())


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the OpenAPI document describes the key."""

    target_class = "marketplace.api.authentication.KeyAuthentication"
    name = "key"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "sbk_…"}
