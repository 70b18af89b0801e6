"""The tabs of the settings, for pages whose views are not ours."""

from typing import Any

from django import template
from django.template.context import RequestContext
from django.utils.translation import gettext as _

from marketplace.accounts.web.tabs import settings_tabs as tabs_of

register = template.Library()


@register.inclusion_tag("components/tabs.html", takes_context=True)
def settings_tabs(context: RequestContext, current: str) -> dict[str, Any]:
    """`{% settings_tabs "security" %}`: the pages of the settings, this one marked."""
    return {"items": tabs_of(context["request"], current), "label": _("Settings")}
