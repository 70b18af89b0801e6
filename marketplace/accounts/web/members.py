"""The members page: who belongs here, as what; whom we invited; how people sign in."""

from collections.abc import Iterator
from typing import Any

import django_filters
from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from marketplace.accounts import operations, queries
from marketplace.accounts.access import requires
from marketplace.accounts.models import Membership
from marketplace.accounts.roles import Permission, Role, assignable_roles, explain_role, may_give_export
from marketplace.accounts.web.forms import printable
from marketplace.accounts.web.tabs import settings_tabs
from marketplace.kernel.errors import NotAllowed, NotFound, UserError
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from marketplace.ui.exports import csv_response

PAGE = 50


class MemberFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(
        method="search", label=gettext_lazy("Name or e-mail"), widget=forms.TextInput(attrs={"type": "search"})
    )
    role = django_filters.ChoiceFilter(choices=Role, label=gettext_lazy("Role"), empty_label=gettext_lazy("All"))
    o = django_filters.OrderingFilter(fields=(("user__email", "email"), ("role", "role"), ("created_at", "since")))

    class Meta:
        model = Membership
        fields: list[str] = []

    def search(self, queryset: QuerySet[Membership], name: str, value: str) -> QuerySet[Membership]:
        text = value.replace("\0", "").strip()
        return queryset.filter(Q(user__email__icontains=text) | Q(user__name__icontains=text))


class RightsForm(forms.Form):
    """A role and the right to export; offers only what the acting member may give."""

    role = forms.ChoiceField(label=gettext_lazy("Role"))
    may_export = forms.BooleanField(
        label=gettext_lazy("May export lists"),
        required=False,
        help_text=gettext_lazy("Downloads contain customers' data; most people do not need them."),
    )

    def __init__(self, *args: Any, actor: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        given = assignable_roles(actor.role)
        self.fields["role"].choices = [(role, label) for role, label in Role.choices if role in given]  # type: ignore[attr-defined]
        if not may_give_export(actor.role, may_export=actor.may_export):
            self.fields["may_export"].disabled = True
            self.fields["may_export"].help_text = _("Only members who may export themselves can allow it.")


class InviteForm(RightsForm):
    email = forms.EmailField(label=gettext_lazy("E-mail"))
    field_order = ("email", "role", "may_export")


class OrganizationForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)

    def clean_name(self) -> str:
        return printable(self.cleaned_data["name"])


@require_safe
@requires(Permission.MANAGE_MEMBERS)
def home(request: HttpRequest) -> HttpResponse:
    """Members, invitations that wait, and the organization's own settings."""
    return _page(request, InviteForm(actor=request.membership, initial={"role": Role.VIEWER}))


def _page(request: HttpRequest, form: InviteForm, status: int = 200) -> HttpResponse:
    organization, actor, at = request.organization, request.membership, timezone.now()
    listed = MemberFilter(request.GET, queries.members(organization.pk), request=request)
    page = Paginator(listed.qs, PAGE).get_page(request.GET.get("page"))
    given = assignable_roles(actor.role)
    for member in page.object_list:
        member.is_self = member.user_id == actor.user_id
        member.dialog = f"member-{member.pk}"
        member.may_change = member.role in given and not member.is_self
        initial = {"role": member.role, "may_export": member.may_export}
        member.form = RightsForm(actor=actor, initial=initial, auto_id=f"m{member.pk}_%s") if member.may_change else None
    invitations = list(queries.waiting_invitations(organization.pk)[:PAGE])
    for invitation in invitations:
        invitation.is_old = at >= invitation.expires_at
        invitation.may_change = invitation.role in given
    context = {
        "page_obj": page,
        "filter": listed,
        "invitations": invitations,
        "form": form,
        "organization_form": OrganizationForm(initial={"name": organization.name}, auto_id="org_%s"),
        "roles": [(Role(role).label, explain_role(role)) for role in Role.values if role in given],
        "has_second_step": queries.has_second_step(request.user),
        "may_secure": Permission.MANAGE_SECURITY in request.rights,
        "may_export": Permission.EXPORT in request.rights,
        "may_write": request.look is None,
        "tabs": settings_tabs(request, "members"),
    }
    return TemplateResponse(request, "settings/members.html", context, status=status)


def _again(request: HttpRequest, form: InviteForm) -> HttpResponse:
    """The page after a form with mistakes; writing requests have no scope of their own."""
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        return _page(request, form, status=400)


def _common(request: HttpRequest) -> dict[str, Any]:
    return {"organization_id": request.organization.pk, "by": person(request.user.pk), "at": timezone.now()}


def _said(request: HttpRequest, act: Any, done: str, **values: Any) -> HttpResponse:
    """Do it and say so; what the person can correct is said as well."""
    try:
        act(**values)
    except (NotFound, NotAllowed):
        raise
    except UserError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect("settings:members")


@require_POST
@requires(Permission.MANAGE_MEMBERS)
def invite(request: HttpRequest) -> HttpResponse:
    """Send an invitation; a form with mistakes is shown again as it was typed."""
    form = InviteForm(request.POST, actor=request.membership)
    if not form.is_valid():
        return _again(request, form)
    try:
        operations.invite(**_common(request), **form.cleaned_data, language=get_language() or "")
    except NotAllowed:
        raise
    except UserError as error:
        form.add_error("email", str(error))
        return _again(request, form)
    messages.success(request, _("The invitation to %(email)s is on its way.") % {"email": form.cleaned_data["email"]})
    return redirect("settings:members")


@require_POST
@requires(Permission.MANAGE_MEMBERS)
def resend(request: HttpRequest, pk: int) -> HttpResponse:
    done = _("A new letter is on its way; the link in the old one no longer works.")
    return _said(request, operations.resend_invitation, done, **_common(request), invitation_id=pk)


@require_POST
@requires(Permission.MANAGE_MEMBERS)
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    done = _("The invitation is withdrawn; its link no longer works.")
    return _said(request, operations.revoke_invitation, done, **_common(request), invitation_id=pk)


@require_POST
@requires(Permission.MANAGE_MEMBERS)
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Another role for a member."""
    rights = {"role": request.POST.get("role", ""), "may_export": request.POST.get("may_export") == "on"}
    return _said(request, operations.change_member, _("The rights are changed."), **_common(request), member_id=pk, **rights)


@require_POST
@requires(Permission.MANAGE_MEMBERS)
def remove(request: HttpRequest) -> HttpResponse:
    """Take a member out. Somebody who is gone already, here or elsewhere, is gone."""
    chosen = request.POST.get("member", "")
    try:
        operations.remove_member(**_common(request), member_id=int(chosen) if chosen.isdecimal() and len(chosen) < 19 else 0)
    except NotFound:
        messages.info(request, _("This person is no member any more."))
    except NotAllowed:
        raise
    except UserError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The member is out; open pages stop working at once."))
    return redirect("settings:members")


@require_POST
@requires(Permission.MANAGE_MEMBERS)
def rename(request: HttpRequest) -> HttpResponse:
    form = OrganizationForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Enter a name of at least two characters."))
        return redirect("settings:members")
    common = {"organization_id": request.organization.pk, "by": person(request.user.pk)}
    return _said(request, operations.rename_organization, _("The name is changed."), **common, name=form.cleaned_data["name"])


@require_POST
@requires(Permission.MANAGE_SECURITY)
def second_step(request: HttpRequest) -> HttpResponse:
    """Require two-step sign-in of everybody, or no longer."""
    required = request.POST.get("requires_mfa") == "on"
    done = _("Members need two-step sign-in from now on.") if required else _("Two-step sign-in is everybody's own choice again.")
    common = {"organization_id": request.organization.pk, "by": person(request.user.pk), "user": request.user}
    return _said(request, operations.require_second_step, done, **common, required=required)


@require_safe
@requires(Permission.EXPORT)
def export(request: HttpRequest) -> StreamingHttpResponse:
    """The list with the page's filters."""
    return csv_response("members.csv", ["email", "name", "role", "may_export", "second_step", "since"], _rows(request))


def _rows(request: HttpRequest) -> Iterator[list[str]]:
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        listed = MemberFilter(request.GET, queries.members(request.organization.pk), request=request)
        for one in listed.qs.iterator(chunk_size=2_000):
            flags = ["yes" if flag else "no" for flag in (one.may_export, one.has_second_step)]
            yield [one.user.email, one.user.name, one.role, *flags, one.created_at.isoformat()]
