"""What was done, for staff to read: who, what, to which object, old and new, when and why."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.audit.models import AuditEvent
from marketplace.audit.words import ROOMS, action_label, in_words
from marketplace.staff.values import structure
from marketplace.tenancy.staff import StaffAdmin
from marketplace.ui.facts import readable

#: How many people a search may stand for.
MOST = 100
#: What fits into a line of the list.
BRIEF, LINE = 4, 120


class ByRoom(admin.SimpleListFilter):
    """By the part of the market an act belongs to."""

    title = _("part")
    parameter_name = "part"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(ROOMS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(action__startswith=f"{self.value()}.") if self.value() else queryset


class ByActor(admin.SimpleListFilter):
    """By whether a person or the system acted."""

    title = _("by")
    parameter_name = "by"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("people", _("People")), ("staff", _("Staff")), ("system", _("The system"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "staff":
            return queryset.filter(user_id__in=list(User.objects.filter(is_staff=True).values_list("pk", flat=True)))
        if self.value():
            return queryset.filter(user_id__isnull=self.value() == "system")
        return queryset


@admin.register(AuditEvent)
class AuditEventAdmin(StaffAdmin):
    """Search: an organization's or a person's name, an action's code, or an object as `review_id:12`."""

    list_display = ("what", "merchant_id", "actor", "brief", "created_at")
    list_filter = (ByRoom, ByActor, "created_at")
    search_fields = ("action",)
    search_help_text = _("An organization, a person, an action, or an object such as review_id:12")
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-id")
    hidden = ("user_id", "action", "facts")

    @admin.display(description=_("what"), ordering="action")
    def what(self, event: AuditEvent) -> str:
        return str(action_label(event.action))

    @admin.display(description=_("facts"))
    def brief(self, event: AuditEvent) -> str:
        """The first facts in a line; the event's own page has all of them."""
        plain = {key: value for key, value in in_words(event.facts).items() if not isinstance(value, dict | list)}
        line = " · ".join(f"{fact.label} {fact.text}" for fact in readable(plain)[:BRIEF])
        return Truncator(line).chars(LINE)

    @admin.display(description=_("facts"))
    def all_facts(self, event: AuditEvent) -> Any:
        return structure(in_words(event.facts))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["what", *super().get_fields(request, obj), "all_facts"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.get_fields(request, obj)

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> tuple[QuerySet[Any], bool]:
        key, colon, value = search_term.strip().partition(":")
        if colon and key.isidentifier() and value:
            return queryset.filter(_about(key, value)), False
        found, duplicates = super().get_search_results(request, queryset, search_term)
        people = User.objects.filter(Q(name__icontains=search_term) | Q(email__icontains=search_term)) if search_term else ()
        ids = [user.pk for user in people[:MOST]]
        return (found | queryset.filter(user_id__in=ids), duplicates) if ids else (found, duplicates)


def _about(key: str, value: str) -> Q:
    """Events whose facts name this object, whether the id was stored as a number or as text."""
    asked = Q(facts__contains={key: value})
    return asked | Q(facts__contains={key: int(value)}) if value.isdecimal() else asked
