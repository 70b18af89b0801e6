"""Cases: the list, one case with its proof, and the link for the merchant."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.kernel.errors import NotFound, UserError
from marketplace.kernel.transitions import allows
from marketplace.outbox.people import absolute
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from marketplace.ui.formats import language
from marketplace.ui.kit import Tab
from providers.moderation.notices import reasons_in_each_language
from providers.profiles import operations, queries
from providers.profiles.cases import links
from providers.profiles.cases.problems import problems, proof_problems
from providers.profiles.cases.showing import public_figures
from providers.profiles.cases.text import figure_rows
from providers.profiles.models import Case
from providers.profiles.operations.cases import KIND
from providers.profiles.states import CASE
from providers.profiles.web.common import may_edit, picture, require_editing, shown
from providers.profiles.web.forms import CaseForm, ProofForm

PAGE = 20
TEXTS = ("title_zh", "title_en", "story_zh", "story_en", "industry", "platform")
PROOF = ("merchant_slug", "merchant_name", "before_from", "before_until", "after_from", "after_until", "metrics")
ACTS: dict[str, tuple[Any, Any]] = {
    "submit": (operations.submit_case, gettext_lazy("Handed in. We answer within two working days.")),
    "withdraw": (operations.withdraw_case, gettext_lazy("Taken back. You can edit it again.")),
    "archive": (operations.archive_case, gettext_lazy("Archived; bring it back whenever you like.")),
    "restore": (operations.restore_case, gettext_lazy("It is a draft again.")),
    "ask": (operations.ask_merchant, gettext_lazy("Send the link to the merchant; it is good for thirty days.")),
}
STATE_ACTS = ("submit", "withdraw", "archive", "restore")


@require_safe
@requires(Permission.VIEW_CONSOLE, kind="provider")
def case_list(request: HttpRequest) -> HttpResponse:
    """The provider's cases; the archived ones under their own tab."""
    archived = request.GET.get("show") == "archived"
    found = queries.cases(request.organization.pk)
    wanted = found.filter(state=Case.State.ARCHIVED) if archived else found.exclude(state=Case.State.ARCHIVED)
    here = reverse("cases:list")
    context = {
        "page_obj": Paginator(wanted, PAGE).get_page(request.GET.get("page")),
        "tabs": [
            Tab(label=_("In use"), url=here, active=not archived),
            Tab(label=_("Archived"), url=f"{here}?show=archived", active=archived),
        ],
        "archived": archived,
        "may_edit": may_edit(request),
    }
    return shown(request, "profiles/cases.html", lambda: context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_PROFILE)
def new(request: HttpRequest) -> HttpResponse:
    """A new case."""
    form = CaseForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        saved = _save_texts(request, None, form, "")
        if saved is not None:
            return redirect("cases:detail", saved.pk)
    return shown(request, "profiles/case_new.html", lambda: {"form": form}, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.VIEW_CONSOLE, kind="provider")
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One case; POST saves its text, or what the merchant is asked to confirm."""
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        case = queries.access_case(provider_id=request.organization.pk, pk=pk)
    if request.method != "POST":
        return _page(request, case)
    require_editing(request)
    if request.POST.get("part") == "proof":
        proof = ProofForm(request.POST)
        if proof.is_valid() and _save(request, pk, proof, proof.values()) is not None:
            return redirect(f"{reverse('cases:detail', args=[pk])}#proof")
        return _page(request, case, proof_form=proof, status=400)
    form = CaseForm(request.POST, request.FILES)
    if form.is_valid() and _save_texts(request, pk, form, case.cover_key) is not None:
        return redirect("cases:detail", pk)
    return _page(request, case, form=form, status=400)


def _save_texts(request: HttpRequest, pk: int | None, form: CaseForm, cover: str) -> Case | None:
    key = picture(form, "cover", cover)
    return None if key is None else _save(request, pk, form, {**form.values(), "cover_key": key})


def _save(request: HttpRequest, pk: int | None, form: Any, values: dict[str, Any]) -> Case | None:
    try:
        saved = operations.save_case(
            provider_id=request.organization.pk, case_id=pk, values=values, by=person(request.user.pk), at=timezone.now()
        )
    except UserError as error:
        form.add_error(None, str(error))
        return None
    messages.success(request, _("Saved."))
    return saved


@require_POST
@requires(Permission.EDIT_PROFILE)
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand in, take back, archive, bring back, ask the merchant."""
    name = request.POST.get("act", "")
    operation, done = ACTS.get(name, (None, ""))
    if operation is not None:
        try:
            operation(provider_id=request.organization.pk, case_id=pk, by=person(request.user.pk), at=timezone.now())
            messages.success(request, str(done))
        except NotFound:
            raise
        except UserError as error:
            messages.error(request, str(error))
    return redirect(reverse("cases:detail", args=[pk]) + ("#proof" if name == "ask" else ""))


def _page(request: HttpRequest, case: Case, *, status: int = 200, **given: Any) -> HttpResponse:
    def context() -> dict[str, Any]:
        editable = may_edit(request) and allows(CASE, case.state, "edit")
        return {
            "case": case,
            "form": CaseForm(initial={name: getattr(case, name) for name in TEXTS}),
            "proof_form": ProofForm(initial={name: getattr(case, name) for name in PROOF}),
            "problems": problems(case),
            "proof_problems": proof_problems(case, today=timezone.now().date()),
            "figures": figure_rows(public_figures(case.figures)),
            "link": _link(case) if may_edit(request) else "",
            "said": reasons_in_each_language(KIND, case.reasons, case.note)[language()] if case.reasons or case.note else "",
            "may_edit": editable,
            "acts": {name for name in STATE_ACTS if may_edit(request) and allows(CASE, case.state, name)},
            **given,
        }

    return shown(request, "profiles/case.html", context, status=status)


def _link(case: Case) -> str:
    """The link as it was made when the merchant was asked: it follows from the case, so nothing needs to be stored."""
    if case.asked_at is None or case.proof not in (Case.Proof.ASKED, Case.Proof.CONFIRMED):
        return ""
    token = links.sign(provider_id=case.provider_id, case_id=case.pk, revision=case.revision, at=case.asked_at)
    return absolute(reverse("case_answers:link", args=[token]))
