"""Choosing categories and handing in what each of them asks for."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.kernel.errors import NotFound, UserError
from marketplace.kernel.transitions import allows
from marketplace.tenancy.scope import scope
from providers.catalogue.queries import tree
from providers.moderation.models import Review
from providers.onboarding import queries
from providers.onboarding.operations import applying
from providers.onboarding.states import QUALIFICATION
from providers.onboarding.uploads import takes_documents
from providers.onboarding.web.common import ZONE, actor, may_edit, reason_texts, step_tabs, store_papers
from providers.onboarding.web.forms import paper_forms


@require_safe
@requires(Permission.ONBOARD)
def home(request: HttpRequest) -> HttpResponse:
    """The chosen categories, and the tree to choose more from."""
    provider_id = request.organization.pk
    chosen = queries.chosen_categories(provider_id)
    taken = {each.qualification.category for each in chosen}
    context = {
        "chosen": chosen,
        "branches": [(branch.category, _open(branch, taken)) for branch in tree() if _open(branch, taken)],
        "tabs": step_tabs(provider_id, queries.application_of(provider_id), "categories"),
        "tz": ZONE,
    }
    return TemplateResponse(request, "onboarding/categories.html", context)


def _open(branch: Any, taken: set[str]) -> list[Any]:
    return [leaf for leaf in (branch.children or (branch.category,)) if leaf.slug not in taken]


@require_POST
@requires(Permission.ONBOARD)
def choose(request: HttpRequest) -> HttpResponse:
    """Choose one category, and go on to its papers."""
    try:
        row = applying.choose_category(
            provider_id=request.organization.pk, category=request.POST.get("category", ""), by=actor(request), at=timezone.now()
        )
    except UserError as error:
        messages.error(request, str(error))
        return redirect("onboarding:categories")
    return redirect("onboarding:category", pk=row.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ONBOARD)
@takes_documents
def category(request: HttpRequest, pk: int) -> HttpResponse:
    """One category: its papers, its state, and handing it in."""
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        chosen = queries.access_category(provider_id=request.organization.pk, pk=pk)
    return _save(request, chosen) if request.method == "POST" else _show(request, chosen)


def _show(request: HttpRequest, chosen: queries.Chosen, papers: Any = None, status: int = 200) -> HttpResponse:
    provider_id, row = request.organization.pk, chosen.qualification
    with scope(provider_id, user_id=request.user.pk, read_only=True):
        application = queries.application_of(provider_id)
        required = dict(chosen.required)
        papers = papers or paper_forms(list(required), dict(chosen.documents), with_end=True)
        company_ready = application is not None and application.state in ("submitted", "verified", "renewing")
        context = {
            "chosen": chosen,
            "row": row,
            "papers": [(required[kind], paper, chosen.documents.get(kind)) for kind, paper in papers.items()],
            "tabs": step_tabs(provider_id, application, "categories"),
            "may_edit": may_edit(request, row.state) and row.state != "dropped",
            "may_submit": company_ready and not chosen.missing and _worth_handing_in(chosen),
            "may_withdraw": allows(QUALIFICATION, row.state, "withdraw"),
            "may_drop": allows(QUALIFICATION, row.state, "drop"),
            "company_ready": company_ready,
            "reasons": reason_texts(applying.CATEGORY, row.reasons),
            "review": Review.objects.filter(
                provider_id=provider_id, kind=applying.CATEGORY, subject_id=row.pk, state="waiting"
            ).first(),
            "tz": ZONE,
        }
        response = TemplateResponse(request, "onboarding/category.html", context, status=status)
        response.render()
    return response


def _worth_handing_in(chosen: queries.Chosen) -> bool:
    """An approved category is handed in again only with newer papers."""
    row = chosen.qualification
    if not allows(QUALIFICATION, row.state, "submit"):
        return False
    since = row.decided_at
    return row.state != "approved" or any(since and paper.uploaded_at > since for paper in chosen.documents.values())


def _save(request: HttpRequest, chosen: queries.Chosen) -> HttpResponse:
    papers = paper_forms([code for code, _label in chosen.required], dict(chosen.documents), with_end=True, data=request.POST)
    store_papers(request, list(papers.values()), qualification_id=chosen.qualification.pk)
    if any(paper.errors for paper in papers.values()):
        with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
            fresh = queries.access_category(provider_id=request.organization.pk, pk=chosen.qualification.pk)
        return _show(request, fresh, papers, status=422)
    messages.success(request, _("Saved."))
    return redirect("onboarding:category", pk=chosen.qualification.pk)


ACTS = {
    "submit": (applying.submit_category, gettext_lazy("Handed in. We tell you as soon as it is decided.")),
    "withdraw": (applying.withdraw_category, gettext_lazy("Withdrawn. Change what you need and hand it in again.")),
    "drop": (applying.drop_category, gettext_lazy("The category is off your list.")),
}


@require_POST
@requires(Permission.ONBOARD)
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand in, withdraw or drop one category."""
    name = request.POST.get("act", "")
    if name not in ACTS:
        raise NotFound("There is no such act.")
    operation, words = ACTS[name]
    try:
        operation(provider_id=request.organization.pk, qualification_id=pk, by=actor(request), at=timezone.now())
    except NotFound:
        raise
    except UserError as error:
        messages.error(request, str(error))
        return redirect("onboarding:category", pk=pk)
    messages.success(request, str(words))
    return redirect("onboarding:categories") if name == "drop" else redirect("onboarding:category", pk=pk)
