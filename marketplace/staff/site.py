"""Django admin, arranged: rooms in the order of a working day, times in the market's zone."""

from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.kernel.market import MARKET_ZONE

#: Rooms by how often staff need them; what is not named comes last, in the alphabet's order.
ORDER = (
    "moderation", "disputes", "onboarding", "payments", "payouts", "escrow", "service", "hiring", "outcomes", "reviews",
    "insights", "profiles", "listings", "scorecards", "catalogue", "discovery", "shortlists", "accounts", "merchants", "ledger",
    "store", "aftersales", "presale_balance", "refund_retention", "outbox", "audit",
)  # fmt: skip
#: Rooms that staff think of as one with another.
PART_OF = {
    "account": "accounts", "auth": "accounts", "mfa": "accounts", "usersessions": "accounts", "presale_balance": "aftersales",
    "refund_retention": "aftersales", "retention_intents": "aftersales",
}  # fmt: skip
#: Lists of a room that come before the others, in this order.
FIRST = (
    "Review", "Report", "Appeal", "Penalty", "ProviderStanding", "ReasonTemplate", "AutoApproval", "Holiday", "Organization",
    "User", "Membership", "CommissionRule", "Waiver", "Deal",
)  # fmt: skip
LISTS = {name: place for place, name in enumerate(FIRST)}
PLACES = {label: place for place, label in enumerate(ORDER)}


class StaffSite(admin.AdminSite):
    """The inbox is the index; every list is one click away from every page."""

    index_title = _("Inbox")
    empty_value_display = "–"
    enable_nav_sidebar = False

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return {**super().each_context(request), "market_zone": settings.MARKET_TIME_ZONE, "site_index": reverse("admin:index")}

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        rooms = {room["app_label"]: room for room in super().get_app_list(request, app_label)}
        if app_label is None:
            for part, whole in PART_OF.items():
                if part in rooms and whole in rooms:
                    rooms[whole]["models"] += rooms.pop(part)["models"]
        for room in rooms.values():
            room["models"].sort(
                key=lambda model: FIRST.index(model["object_name"]) if model["object_name"] in FIRST else len(FIRST)
            )
        return sorted(rooms.values(), key=lambda room: (PLACES.get(room["app_label"], len(PLACES)), str(room["name"])))

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Staff read times as the market's clock shows them; pages are rendered before the zone is put back."""
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def in_market_time(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            with timezone.override(MARKET_ZONE):
                response = inner(request, *args, **kwargs)
                return response.render() if hasattr(response, "render") else response

        return in_market_time
