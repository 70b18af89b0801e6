"""What every page's shell needs: navigation, theme, organization, languages."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from marketplace.ui.kit import NavItem, Text

THEMES = frozenset({"light", "dark"})
#: Label, label on phones, URL name, icon.
SECTIONS: tuple[tuple[Text, Text, str, str], ...] = (
    (_("Dashboard"), pgettext_lazy("short", "Dashboard"), "dashboard", "dashboard"),
    (_("Orders"), pgettext_lazy("short", "Orders"), "orders:list", "orders"),
    (_("SKUs"), pgettext_lazy("short", "SKUs"), "skus:list", "box"),
    (_("Imports"), pgettext_lazy("short", "Imports"), "imports:list", "upload"),
    (_("Price protection"), pgettext_lazy("short", "Protection"), "price_protection:home", "shield"),
    (_("Ledger"), pgettext_lazy("short", "Ledger"), "ledger:home", "ledger"),
)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor; listed in settings."""
    return {
        "nav": _navigation(request),
        "theme": _theme(request),
        "organization": getattr(request, "organization", None),
        "languages": settings.LANGUAGES,
        "language": get_language() or settings.LANGUAGE_CODE,
    }


def _theme(request: HttpRequest) -> str:
    chosen = request.COOKIES.get("theme", "")
    return chosen if chosen in THEMES else "auto"


def _navigation(request: HttpRequest) -> list[NavItem]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    home = reverse("dashboard")
    items = []
    for label, short, name, icon in SECTIONS:
        url = reverse(name)
        active = request.path == url if url == home else request.path.startswith(url)
        items.append(NavItem(label=label, short=short, url=url, icon=icon, active=active))
    return items
