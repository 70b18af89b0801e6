"""Contracts for staff: to look, not to touch. What was said and delivered is opened in a dispute, not here."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from marketplace.tenancy.actor import person
from marketplace.tenancy.staff import StaffAdmin, money
from orders.service.models import ServiceOrder, Timer
from orders.service.operations.timing import try_again


@admin.register(ServiceOrder)
class ServiceOrderAdmin(StaffAdmin):
    list_display = ("number", "title", "merchant_id", "provider_id", "state", money("total_minor"), "next_actor", "next_due_at")
    list_filter = ("state", "model", "next_actor", "currency")
    search_fields = ("=number", "title")
    search_help_text = _("Contract number, title, or a merchant's name")
    date_hierarchy = "created_at"


@admin.register(Timer)
class TimerAdmin(StaffAdmin):
    """Timers that failed are what to look for: tried for a day, then left to people. An act on their order starts them anew."""

    list_display = ("kind", "order", "merchant_id", "due_at", "state", "attempts", "tried_at", "error")
    actions = ("again",)
    list_filter = ("state", "kind")
    list_select_related = ("order",)

    def has_again_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("service.change_timer"))

    @admin.action(description=_("Try what failed again"), permissions=["again"])
    def again(self, request: HttpRequest, queryset: QuerySet[Timer]) -> None:
        by, at = person(request.user.pk or 0), timezone.now()
        chosen = set(queryset.filter(state=Timer.State.FAILED).values_list("merchant_id", "order_id"))
        done = sum(try_again(merchant_id=merchant, order_id=order, by=by, at=at) for merchant, order in sorted(chosen))
        messages.success(request, gettext("%(n)s timers will be tried again.") % {"n": done})
