"""People, organizations, memberships, invitations and looks for staff. Secrets of people are on none of these pages."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Invitation, Letter, Membership, Organization, SignUp, User, Viewing
from marketplace.accounts.operations import add_member, keep_known_address, start_viewing
from marketplace.accounts.operations.letters import send_again
from marketplace.accounts.queries import STEPS
from marketplace.accounts.viewing import SESSION_KEY
from marketplace.kernel.errors import UserError
from marketplace.tenancy.actor import person
from marketplace.tenancy.staff import StaffAdmin, staff_id


class YesNoFilter(admin.SimpleListFilter):
    """Rows for which an annotated condition holds, or does not."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset if self.value() is None else queryset.filter(**{str(self.parameter_name): self.value() == "yes"})


class ConfirmedFilter(YesNoFilter):
    title, parameter_name = _("mailbox confirmed"), "confirmed"


class SecondStepFilter(YesNoFilter):
    title, parameter_name = _("two-step sign-in"), "second_step"


@admin.register(User)
class PersonAdmin(UserAdmin):
    """Accounts are closed, not deleted: what people did stays theirs."""

    ordering = ("email",)
    list_display = ("email", "name", "organizations", "is_confirmed", "has_second_step", "is_staff", "is_active", "last_login")
    list_filter = (ConfirmedFilter, SecondStepFilter, "is_staff", "is_active", "created_at")
    search_fields = ("email", "name")
    date_hierarchy = "created_at"
    readonly_fields = ("last_login", "created_at", "organizations", "is_confirmed", "has_second_step", "looking")
    fieldsets = (
        (None, {"fields": ("email", "password", "is_confirmed", "has_second_step")}),
        (_("Person"), {"fields": ("name", "language", "organizations", "looking", "created_at", "last_login")}),
        (_("Rights"), {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "usable_password", "password1", "password2")}),)
    list_per_page = 50
    filter_horizontal = ()

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "language":
            return forms.ChoiceField(label=_("language"), required=False, choices=[("", "–"), *settings.LANGUAGES])
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        mailbox = EmailAddress.objects.filter(user_id=OuterRef("pk"), verified=True)
        step = Authenticator.objects.filter(user_id=OuterRef("pk"), type__in=STEPS)
        found = super().get_queryset(request).using("system").prefetch_related("memberships__organization")
        return found.annotate(confirmed=Exists(mailbox), second_step=Exists(step))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        rights = () if request.user.is_superuser else ("is_staff", "is_superuser", "groups")  # type: ignore[union-attr]
        return (*super().get_readonly_fields(request, obj), *rights)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("organizations"))
    def organizations(self, user: User) -> Any:
        rows = [
            (reverse("admin:accounts_organization_change", args=[m.organization_id]), m.organization.name, m.get_role_display())
            for m in user.memberships.all()
        ]
        return format_html_join(", ", '<a href="{}">{}</a> ({})', rows) or "–"

    @admin.display(description=_("mailbox confirmed"), boolean=True, ordering="confirmed")
    def is_confirmed(self, user: Any) -> bool:
        return bool(user.confirmed)

    @admin.display(description=_("two-step sign-in"), boolean=True, ordering="second_step")
    def has_second_step(self, user: Any) -> bool:
        return bool(user.second_step)

    @admin.display(description=_("support"))
    def looking(self, user: User) -> Any:
        if user.is_staff or not user.memberships.all():
            return "–"
        return format_html(
            '<a href="{}">{}</a>',
            reverse("admin:accounts_user_look", args=[user.pk]),
            gettext("Look at the console as this person"),
        )

    def get_urls(self) -> list[Any]:
        look = path("<int:user_id>/look/", self.admin_site.admin_view(self.look), name="accounts_user_look")
        return [look, *super().get_urls()]

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """An address an administrator enters counts as known."""
        super().save_model(request, obj, form, change)
        if not change or "email" in form.changed_data:
            keep_known_address(user_id=obj.pk, email=obj.email)

    def look(self, request: HttpRequest, user_id: int) -> HttpResponse:
        """Say why and in which organization; then the console opens as this person sees it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        user = User.objects.using("system").filter(pk=user_id).first()
        if user is None:
            raise Http404
        members = Membership.objects.using("system").filter(user_id=user_id).select_related("organization")
        form = LookForm(request.POST or None, members=list(members))
        if request.method == "POST" and form.is_valid():
            try:
                return self._start(request, user_id, **form.cleaned_data)
            except UserError as error:
                form.add_error("reason", str(error))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "person": user,
            "form": form,
            "title": gettext("Look at the console as %(who)s") % {"who": user},
        }
        return TemplateResponse(request, "admin/accounts/look.html", context)

    def _start(self, request: HttpRequest, user_id: int, organization: str, reason: str) -> HttpResponse:
        staff: Any = request.user
        viewing = start_viewing(staff=staff, organization_id=int(organization), user_id=user_id, reason=reason, at=timezone.now())
        request.session.cycle_key()
        request.session[SESSION_KEY] = [viewing.organization_id, viewing.pk]
        return redirect("console")


class LookForm(forms.Form):
    organization = forms.ChoiceField(label=_("organization"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The organization's owners read it: they are told who looks, and why."),
    )

    def __init__(self, *args: Any, members: list[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(m.organization_id), f"{m.organization.name} ({m.get_role_display()})") for m in members]
        self.fields["organization"].choices = choices  # type: ignore[attr-defined]
        if len(choices) == 1:
            self.fields["organization"].initial = choices[0][0]


@admin.register(Organization)
class OrganizationAdmin(StaffAdmin):
    list_display = ("name", "slug", "kind", "members", "requires_mfa", "created_at")
    list_filter = ("kind", "requires_mfa", "created_at")
    search_fields = ("name", "slug", "memberships__user__email")
    date_hierarchy = "created_at"
    fields = ("name", "slug", "kind", "requires_mfa", "created_at", "people")
    readonly_fields = ("people",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Organization]:
        return super().get_queryset(request).annotate(count=Count("memberships"))

    @admin.display(description=_("members"), ordering="count")
    def members(self, organization: Any) -> int:
        return int(organization.count)

    @admin.display(description=_("people"))
    def people(self, organization: Organization) -> Any:
        found = organization.memberships.using("system").select_related("user").order_by("id")[:200]
        rows = [(reverse("admin:accounts_user_change", args=[m.user_id]), m.user.email, m.get_role_display()) for m in found]
        return format_html_join(mark_safe("<br>"), '<a href="{}">{}</a> ({})', rows) or "–"


class MembershipForm(forms.ModelForm):
    organization = forms.ModelChoiceField(label=_("organization"), queryset=Organization.objects.using("system"))

    class Meta:
        model = Membership
        fields = ("organization", "user", "role", "may_export")


@admin.register(Membership)
class MembershipAdmin(StaffAdmin):
    """Roles are given through the same operation as everywhere, so that each change leaves an audit row."""

    form = MembershipForm
    list_display = ("user", "organization", "role", "may_export", "created_at")
    list_filter = ("role", "may_export", "organization__kind")
    list_select_related = ("user", "organization")
    search_fields = ("user__email", "user__name", "organization__slug", "organization__name")
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
            by=person(staff_id(request)),
        )
        obj.pk = saved.pk


@admin.register(Invitation)
class InvitationAdmin(StaffAdmin):
    list_display = ("email", "organization", "role", "state", "invited_by", "sent_at", "expires_at")
    list_filter = ("state", "role", "organization__kind", "created_at")
    list_select_related = ("organization", "invited_by")
    search_fields = ("email", "organization__name", "organization__slug")
    date_hierarchy = "created_at"
    exclude = ("nonce", "token_hash")


@admin.register(SignUp)
class SignUpAdmin(StaffAdmin):
    list_display = ("organization_name", "kind", "user", "created_at", "founded_at")
    list_filter = ("kind", ("founded_at", admin.EmptyFieldListFilter), "created_at")
    list_select_related = ("user",)
    search_fields = ("organization_name", "user__email")
    date_hierarchy = "created_at"


@admin.register(Letter)
class LetterAdmin(StaffAdmin):
    """Letters about people's own accounts; their text is sealed, and gone once they left."""

    list_display = ("recipient", "state", "attempts", "created_at", "due_at", "sent_at", "error")
    list_filter = ("state", "created_at")
    search_fields = ("recipient",)
    date_hierarchy = "created_at"
    ordering = ("-created_at",)
    actions = ("again",)
    hidden = ("message_id",)

    def has_again_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("accounts.change_letter"))

    @admin.action(description=_("Send what was given up again"), permissions=["again"])
    def again(self, request: HttpRequest, queryset: QuerySet[Letter]) -> None:
        done = sum(send_again(letter_id=pk, at=timezone.now()) for pk in queryset.values_list("pk", flat=True))
        messages.success(request, gettext("%(n)s letters will be sent again.") % {"n": done})


@admin.register(Viewing)
class ViewingAdmin(StaffAdmin):
    list_display = ("started_at", "staff", "user", "organization", "reason", "ended_at")
    list_filter = (("ended_at", admin.EmptyFieldListFilter), "started_at")
    list_select_related = ("staff", "user", "organization")
    search_fields = ("staff__email", "user__email", "organization__name", "reason")
    date_hierarchy = "started_at"


# The library's own pages would show stored secrets and the keys of sessions; who has a second step is in the list of people.
for _model in (Authenticator, UserSession):
    if admin.site.is_registered(_model):
        admin.site.unregister(_model)
