"""Tables of libraries as staff may see them: never a secret, never a session's key, nothing to change by hand."""

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from marketplace.tenancy.staff import StaffAdmin

for each in (EmailAddress, EmailConfirmation, Authenticator, UserSession):
    if admin.site.is_registered(each):
        admin.site.unregister(each)


@admin.register(EmailAddress)
class EmailAddressAdmin(StaffAdmin):
    list_display = ("email", "user", "verified", "primary")
    list_filter = ("verified", "primary")
    search_fields = ("email", "user__name")
    search_help_text = _("E-mail or name")
    list_select_related = ("user",)


@admin.register(Authenticator)
class AuthenticatorAdmin(StaffAdmin):
    """That a person has a second step, and since when; lost ones are reset by the person's recovery codes."""

    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type", "created_at")
    search_fields = ("user__email", "user__name")
    search_help_text = _("E-mail or name")
    list_select_related = ("user",)
    hidden = ("data",)


@admin.register(UserSession)
class UserSessionAdmin(StaffAdmin):
    list_display = ("user", "ip", "user_agent", "created_at", "last_seen_at")
    list_filter = ("created_at",)
    search_fields = ("user__email", "user__name", "=ip")
    search_help_text = _("E-mail, name or network address")
    list_select_related = ("user",)
    hidden = ("session_key", "data")
