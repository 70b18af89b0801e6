"""Django admin for staff: reads across tenants as the system role; what is money or history is read-only."""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from marketplace.staff.lists import StaffChangeList, WordsFilter
from marketplace.staff.names import ORGANIZATIONS, is_person, organizations_like
from marketplace.staff.values import is_money, shows, words_for
from marketplace.ui import formats

LABELS = {"captured_amount": _("captured"), "refunded_amount": _("refunded"), "balance": _("balance")}


def money(name: str) -> Callable[[Any], str]:
    """A list column that shows minor units of the row's currency as people write them."""

    def column(row: Any) -> str:
        amount = getattr(row, name)
        return "" if amount is None else formats.money(amount, row.currency)

    return admin.display(description=LABELS.get(name, _("amount")), ordering=name)(column)


class StaffAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Lists and shows; adds, changes and deletes nothing. Uses the system role, so that every tenant is visible.

    Ids of organizations and people are shown as names, stored dictionaries as labelled values. Where the model has an owner,
    searching finds its organization's name.
    """

    using = "system"
    list_per_page = 50
    show_full_result_count = False
    #: Fields that stay hidden: secrets and what explains nothing to a reader.
    hidden: Sequence[str] = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).using(self.using)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[StaffChangeList]:
        return StaffChangeList

    def get_list_display(self, request: HttpRequest) -> Any:
        return [self._readable(name) for name in super().get_list_display(request)]

    def _readable(self, name: Any) -> Any:
        """The column by its field's name, unless it would show an id, a label or a dictionary as it is stored."""
        if not isinstance(name, str) or hasattr(self, name) or name == "__str__":
            return name
        field = next((f for f in self.model._meta.concrete_fields if name in (f.name, f.attname)), None)
        if field is None:
            return name
        return shows(self.model, field.name) if _needs_words(field) else name

    def get_list_display_links(self, request: HttpRequest, list_display: Any) -> Any:
        """The first column that is no link of its own leads to the row."""
        chosen = super().get_list_display_links(request, list_display)
        if self.list_display_links != ():
            return chosen
        return [next((c for c in list_display if not getattr(c, "__name__", "").endswith("_shown")), list_display[0])]

    def get_list_filter(self, request: HttpRequest) -> Any:
        return [self._in_words(each) for each in super().get_list_filter(request)]

    def _in_words(self, name: Any) -> Any:
        """A filter by a code shows its words."""
        field = next((f for f in self.model._meta.concrete_fields if f.name == name), None)
        return (name, WordsFilter) if field is not None and words_for(field) else name

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if self.fields or self.form is not forms.ModelForm:  # a form of its own: nothing to translate
            return super().get_fields(request, obj)
        left_out = {*self.hidden, *(self.exclude or ())}
        fields = [f for f in self.model._meta.concrete_fields if not f.primary_key and f.name not in left_out]
        return [shows(self.model, f.name) for f in fields if not isinstance(f, models.BinaryField)]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        given = super().get_readonly_fields(request, obj)
        if given or self.fields or self.form is not forms.ModelForm:
            return given
        return [field for field in self.get_fields(request, obj) if callable(field)]

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> tuple[QuerySet[Any], bool]:
        found, duplicates = super().get_search_results(request, queryset, search_term)
        owner = getattr(self.model, "tenant_owner", "")
        if search_term and owner in ORGANIZATIONS and (ids := organizations_like(search_term)):
            found = found | queryset.filter(Q(**{f"{owner}__in": ids}))
        return found, duplicates

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def staff_id(request: HttpRequest) -> int:
    """Who is signed in; the site lets nobody else this far."""
    return request.user.pk or 0


def _needs_words(field: Any) -> bool:
    is_named = field.attname in ORGANIZATIONS or is_person(field.attname)
    return is_named or isinstance(field, models.JSONField | models.DateField) or is_money(field) or words_for(field) is not None


class StaffTable(admin.ModelAdmin):  # type: ignore[type-arg]
    """A table that staff keep themselves, without an owner. Writes as the system role; the application only reads it."""

    using = "system"
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).using(self.using)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.save(using=self.using)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        obj.delete(using=self.using)
