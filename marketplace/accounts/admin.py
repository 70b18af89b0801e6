"""People, organizations and memberships for staff."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Membership, Organization, User
from marketplace.accounts.operations import add_member
from marketplace.tenancy.actor import person
from marketplace.tenancy.staff import StaffAdmin


@admin.register(User)
class PersonAdmin(UserAdmin):
    ordering = ("email",)
    list_display = ("email", "name", "is_staff", "is_active", "created_at")
    list_filter = ("is_staff", "is_active")
    search_fields = ("email", "name")
    readonly_fields = ("last_login", "created_at")
    fieldsets = (
        (None, {"fields": ("email", "password")}),
        (_("Person"), {"fields": ("name", "language", "created_at", "last_login")}),
        (_("Rights"), {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "usable_password", "password1", "password2")}),)


@admin.register(Organization)
class OrganizationAdmin(StaffAdmin):
    list_display = ("name", "slug", "kind", "created_at")
    list_filter = ("kind",)
    search_fields = ("name", "slug")


class MembershipForm(forms.ModelForm):
    organization = forms.ModelChoiceField(label=_("organization"), queryset=Organization.objects.using("system"))

    class Meta:
        model = Membership
        fields = ("organization", "user", "role", "may_export")


@admin.register(Membership)
class MembershipAdmin(StaffAdmin):
    """Roles are given through the same operation as everywhere, so that each change leaves an audit row."""

    form = MembershipForm
    list_display = ("user", "organization", "role", "may_export")
    list_filter = ("role", "may_export")
    search_fields = ("user__email", "organization__slug")
    autocomplete_fields = ("user",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: bool) -> None:
        saved = add_member(
            organization_id=obj.organization_id,
            user=obj.user,
            role=obj.role,
            may_export=obj.may_export,
            by=person(request.user.pk or 0),
        )
        obj.pk = saved.pk
