"""The profile's own pages: how it stands, what it says, and handing it in."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.kernel.errors import UserError
from marketplace.kernel.transitions import allows
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from marketplace.ui.formats import language
from marketplace.ui.kit import Tab
from providers.moderation.notices import reasons_in_each_language
from providers.profiles import operations, queries
from providers.profiles.comparing import differences
from providers.profiles.content import Content, from_json
from providers.profiles.models import ProfileVersion, PublicProvider
from providers.profiles.operations.editing import KIND
from providers.profiles.problems import advice, problems
from providers.profiles.states import VERSION
from providers.profiles.web.common import may_edit, picture, require_editing, shown
from providers.profiles.web.forms import AboutForm, WorkForm
from providers.profiles.web.steps import editor_tabs

State = ProfileVersion.State
ACTS: dict[str, tuple[Any, Any]] = {
    "submit": (operations.submit_profile, gettext_lazy("Handed in. We answer within two working days.")),
    "withdraw": (operations.withdraw_profile, gettext_lazy("Taken back. You can edit it again.")),
    "discard": (operations.discard_draft, gettext_lazy("The draft is gone; your page shows what was approved.")),
}


@require_safe
@requires(Permission.VIEW_CONSOLE, kind="provider")
def home(request: HttpRequest) -> HttpResponse:
    """How the profile stands: what is missing, what staff said, what would change, and how it looks."""
    return shown(request, "profiles/home.html", lambda: _home(request))


def _home(request: HttpRequest) -> dict[str, Any]:
    provider_id = request.organization.pk
    version, content = queries.open_version(provider_id), queries.working_content(provider_id)
    public = queries.public_content(provider_id)
    state = version.state if version else (State.APPROVED if public else State.DRAFT)
    editable = may_edit(request) and (version is None or allows(VERSION, version.state, "edit"))
    return {
        "version": version,
        "state": state,
        "content": content,
        "preview": preview(content),
        "problems": problems(content),
        "advice": advice(content),
        "differences": differences(public, content, language=language()) if public and version else [],
        "said": _said(version),
        "public": PublicProvider.objects.filter(provider_id=provider_id).only("slug").first(),
        "was_approved": public is not None,
        "tabs": editor_tabs("home"),
        "may_edit": editable,
        "may_submit": may_edit(request) and version is not None and allows(VERSION, version.state, "submit"),
        "may_withdraw": may_edit(request) and version is not None and allows(VERSION, version.state, "withdraw"),
        "may_discard": editable and version is not None and public is not None,
    }


def preview(content: Content) -> dict[str, Any]:
    """The document in the reader's language, ready to print."""
    here = language()
    return {
        **{name: content.text(name, here) for name in ("name", "headline", "about")},
        "team": [
            {"name": one.text("name", here), "role": one.text("role", here), "photo": one.photo, "languages": one.languages}
            for one in content.team
        ],
        "certificates": [
            {"name": one.text("name", here), "issuer": one.issuer, "expires": one.expires} for one in content.certificates
        ],
    }


def _said(version: ProfileVersion | None) -> str:
    """What staff asked for, in the reader's language."""
    if version is None or not (version.reasons or version.note):
        return ""
    return reasons_in_each_language(KIND, version.reasons, version.note)[language()]


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.VIEW_CONSOLE, kind="provider")
def about(request: HttpRequest) -> HttpResponse:
    """Names, texts, pictures."""
    content = _content(request)
    if request.method != "POST":
        return _editor(request, "about", AboutForm.showing(content))
    require_editing(request)
    form = AboutForm(request.POST, request.FILES)
    if not form.is_valid():
        return _editor(request, "about", form, status=400)
    keys = {name: picture(form, name, getattr(content, name)) for name in ("logo", "cover")}
    if form.errors:
        return _editor(request, "about", form, status=400)
    return _save(request, "about", form, {**form.values(), **keys}, following="profile:work")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.VIEW_CONSOLE, kind="provider")
def work(request: HttpRequest) -> HttpResponse:
    """Where and in what the company works."""
    if request.method != "POST":
        return _editor(request, "work", WorkForm(initial=_content(request).to_json()))
    require_editing(request)
    form = WorkForm(request.POST)
    if not form.is_valid():
        return _editor(request, "work", form, status=400)
    return _save(request, "work", form, form.cleaned_data, following="profile:team")


def _content(request: HttpRequest) -> Content:
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        return queries.working_content(request.organization.pk)


def _save(request: HttpRequest, step: str, form: Any, values: dict[str, Any], *, following: str) -> HttpResponse:
    try:
        operations.save_section(provider_id=request.organization.pk, values=values, by=person(request.user.pk), at=timezone.now())
    except UserError as error:
        form.add_error(None, str(error))
        return _editor(request, step, form, status=400)
    messages.success(request, _("Saved."))
    return redirect(following if "next" in request.POST else f"profile:{step}")


def _editor(request: HttpRequest, step: str, form: Any, *, status: int = 200) -> HttpResponse:
    return shown(request, f"profiles/{step}.html", lambda: editor_context(request, step, form=form), status=status)


def editor_context(request: HttpRequest, step: str, **more: Any) -> dict[str, Any]:
    """What every step of the editor shows: the steps, whether it may be edited, what it lacks."""
    version = queries.open_version(request.organization.pk)
    content = from_json(version.content) if version else queries.working_content(request.organization.pk)
    tabs: list[Tab] = editor_tabs(step)
    return {
        "content": content,
        "tabs": tabs,
        "problems": [problem for problem in problems(content) if problem.section == step],
        "is_locked": version is not None and not allows(VERSION, version.state, "edit"),
        "may_edit": may_edit(request) and (version is None or allows(VERSION, version.state, "edit")),
        **more,
    }


@require_POST
@requires(Permission.EDIT_PROFILE)
def act(request: HttpRequest) -> HttpResponse:
    """Hand the profile in, take it back, or throw the draft away."""
    operation, done = ACTS.get(request.POST.get("act", ""), (None, ""))
    if operation is None:
        return redirect("profile:home")
    try:
        version = operation(provider_id=request.organization.pk, by=person(request.user.pk), at=timezone.now())
    except UserError as error:
        messages.error(request, str(error))
        return redirect("profile:home")
    passed = isinstance(version, ProfileVersion) and version.state == State.APPROVED
    messages.success(request, _("Only letters changed: it is public already.") if passed else str(done))
    return redirect("profile:home")
