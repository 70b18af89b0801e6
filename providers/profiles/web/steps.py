"""The steps of the profile's editor."""

from django.urls import reverse
from django.utils.translation import gettext as _

from marketplace.ui.kit import Tab


def editor_tabs(step: str) -> list[Tab]:
    """One tab per step, the current one marked."""
    labels = {
        "home": _("Overview"),
        "about": _("About us"),
        "work": _("Where and what"),
        "team": _("Team"),
        "certificates": _("Certificates"),
    }
    return [Tab(label=label, url=reverse(f"profile:{name}"), active=name == step) for name, label in labels.items()]
