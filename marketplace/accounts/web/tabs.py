"""The pages of the settings, as tabs."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from marketplace.accounts.roles import Permission
from marketplace.ui.kit import Tab


def settings_tabs(request: HttpRequest, current: str) -> list[Tab]:
    """One tab per page this person may open; his own account always."""
    pages = [("account", _("Your account"), "own:account", True)]
    pages.append(("security", _("Two-step sign-in"), "mfa_index", True))
    pages.append(("members", _("Members"), "settings:members", Permission.MANAGE_MEMBERS in request.rights))
    pages.append(("keys", _("API keys"), "keys:home", Permission.MANAGE_KEYS in request.rights))
    return [Tab(label, reverse(name), active=key == current) for key, label, name, shown in pages if shown]
