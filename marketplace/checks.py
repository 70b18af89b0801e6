"""What an unsafe production deployment looks like, and the refusal to start as one."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from marketplace.tenancy.catalogue import tenancy_faults

SHORTEST_SECRET = 50
# A role is unsafe when row-level security does not bind it.
ROLE_SQL = """
SELECT rolsuper, rolbypassrls,
       EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
               WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')
                 AND pg_has_role(current_user, c.relowner, 'MEMBER'))
FROM pg_roles WHERE rolname = current_user
"""


def unsafe_settings() -> list[str]:
    """Return why these settings must not serve production, empty when they may."""
    reasons = []
    try:
        secret = settings.SECRET_KEY
    except ImproperlyConfigured:  # Django's own refusal of an empty one
        secret = ""
    if not secret:
        reasons.append("SECRET_KEY is missing")
    elif len(secret) < SHORTEST_SECRET or len(set(secret)) < 5 or secret.startswith("django-insecure"):
        reasons.append(f"SECRET_KEY is a default or shorter than {SHORTEST_SECRET} characters")
    if settings.DEBUG:
        reasons.append("DEBUG is on")
    if not settings.CONTACT_KEYS:
        reasons.append("CONTACT_KEYS is missing")
    if settings.EMBEDDED:
        reasons.append("DATABASE_URL is missing: the embedded database is for trying out")
    return reasons


def unsafe_role(alias: str = "default") -> list[str]:
    """Return why the role behind ``alias`` would escape row-level security, empty when it cannot."""
    with connections[alias].cursor() as cursor:
        cursor.execute(ROLE_SQL)
        superuser, bypass, owner = cursor.fetchone()
    found = {"is a superuser": superuser, "has BYPASSRLS": bypass, "owns tables": owner}
    return [f"the application role {what}" for what, true in found.items() if true]


def refuse_unsafe() -> None:
    """Raise ``ImproperlyConfigured`` in production when settings, the database role or a tenant table are unsafe.

    Called once when a web process or a worker starts; other environments may try things out.
    """
    if not settings.PRODUCTION:
        return
    reasons = unsafe_settings()
    if not reasons:
        reasons = unsafe_role() or tenancy_faults()
        connections["default"].close()
    if reasons:
        raise ImproperlyConfigured("Refusing to start in production: " + "; ".join(reasons) + ".")


@register(Tags.security, deploy=True)
def check_production(app_configs: Sequence[Any] | None = None, **options: Any) -> list[CheckMessage]:
    """Report unsafe settings in ``manage.py check --deploy``."""
    if not settings.PRODUCTION:
        return []
    return [Error(reason, id=f"marketplace.E{number:03}") for number, reason in enumerate(unsafe_settings(), start=1)]
