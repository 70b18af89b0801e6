"""Django admin for staff: reads across tenants as the system role; what is money or history is read-only."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from marketplace.kernel.money import format_major

LABELS = {"captured_amount": _("captured"), "refunded_amount": _("refunded"), "balance": _("balance")}


def money(name: str) -> Callable[[Any], str]:
    """A list column that shows minor units of the row's currency as people write them."""

    def column(row: Any) -> str:
        amount = getattr(row, name)
        return "" if amount is None else f"{format_major(amount, row.currency)} {row.currency}"

    return admin.display(description=LABELS.get(name, _("amount")), ordering=name)(column)


class StaffAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Lists and shows; adds, changes and deletes nothing. Uses the system role, so that every tenant is visible."""

    using = "system"
    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).using(self.using)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
