"""What every page's shell needs: navigation, theme, organization, languages."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from marketplace.accounts.roles import Permission
from marketplace.ui.banners import banners
from marketplace.ui.navigation import navigation

THEMES = frozenset({"light", "dark"})


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor; listed in settings."""
    nav = navigation(request)
    return {
        "nav": nav,
        "section_pages": next((item.pages for item in nav if item.active), ()),
        "banners": lambda: banners(request),
        "theme": _theme(request),
        "organization": getattr(request, "organization", None),
        "may_manage_keys": Permission.MANAGE_KEYS in getattr(request, "rights", ()),
        "languages": settings.LANGUAGES,
        "language": get_language() or settings.LANGUAGE_CODE,
    }


def _theme(request: HttpRequest) -> str:
    chosen = request.COOKIES.get("theme", "")
    return chosen if chosen in THEMES else "auto"
