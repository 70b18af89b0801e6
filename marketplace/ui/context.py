"""What every page's shell needs: navigation, theme, organization, languages."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from marketplace.accounts.roles import Permission
from marketplace.outbox.queries import unread_count
from marketplace.tenancy.scope import current
from marketplace.ui.banners import banners
from marketplace.ui.navigation import navigation, section_crumbs

THEMES = frozenset({"light", "dark"})


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor; listed in settings."""
    nav = navigation(request)
    return {
        "nav": nav,
        "section_pages": next((item.pages for item in nav if item.active), ()),
        "section_crumbs": section_crumbs(request, nav),
        "banners": lambda: banners(request),
        "theme": theme_of(request),
        "unread_notices": lambda: _unread(request),
        "organization": getattr(request, "organization", None),
        "may_manage_members": Permission.MANAGE_MEMBERS in getattr(request, "rights", ()),
        "may_manage_keys": Permission.MANAGE_KEYS in getattr(request, "rights", ()),
        "languages": settings.LANGUAGES,
        "language": get_language() or settings.LANGUAGE_CODE,
    }


def _unread(request: HttpRequest) -> int | None:
    """What the bell shows, asked for only where it is drawn; None where there is no organization in view (an error page)."""
    organization, seen = getattr(request, "organization", None), current()
    if organization is None or seen is None or seen.tenant_id != organization.pk:
        return None
    return unread_count(organization.pk)


def theme_of(request: HttpRequest) -> str:
    """What the reader chose: "light", "dark", or "auto"."""
    chosen = request.COOKIES.get("theme", "")
    return chosen if chosen in THEMES else "auto"
