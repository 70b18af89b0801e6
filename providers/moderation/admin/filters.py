"""How staff narrow the inbox down."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from providers.moderation import states
from providers.moderation.kinds import kinds
from providers.moderation.policies import CLAIM_LASTS


class OpenFirst(admin.SimpleListFilter):
    """By state; without a choice, what waits."""

    title = _("state")
    parameter_name = "is"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("waiting", _("Waiting")), ("sampled", _("Second look")), ("decided", _("Decided")), ("all", _("All"))]

    def choices(self, changelist: Any) -> Any:
        chosen = self.value() or "open"
        yield {
            "selected": chosen == "open",
            "query_string": changelist.get_query_string(remove=[self.parameter_name]),
            "display": _("In the inbox"),
        }
        for value, label in self.lookup_choices:
            yield {
                "selected": chosen == value,
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": label,
            }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        if chosen in states.OPEN:
            return queryset.filter(state=chosen)
        if chosen == "decided":
            return queryset.exclude(state__in=states.OPEN)
        return queryset if chosen == "all" else queryset.filter(state__in=states.OPEN)


class ByKind(admin.SimpleListFilter):
    """By kind, with the names rooms gave theirs."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(kind.name, kind.label) for kind in kinds()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


class ByClock(admin.SimpleListFilter):
    """By the time that is left."""

    title = pgettext_lazy("review", "due")
    parameter_name = "due"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("late", _("Overdue")), ("today", _("In 24 hours"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        now = timezone.now()
        if self.value() == "late":
            return queryset.filter(state__in=states.OPEN, due_at__lt=now)
        if self.value() == "today":
            return queryset.filter(state__in=states.OPEN, due_at__range=(now, now + timedelta(days=1)))
        return queryset


class ByClaim(admin.SimpleListFilter):
    """By who looks at it."""

    title = _("looked at by")
    parameter_name = "by"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("me", _("Me")), ("nobody", _("Nobody"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        live = timezone.now() - CLAIM_LASTS
        if self.value() == "me":
            return queryset.filter(claimed_by_id=request.user.pk, claimed_at__gt=live)
        if self.value() == "nobody":
            return queryset.exclude(claimed_by_id__isnull=False, claimed_at__gt=live)
        return queryset
