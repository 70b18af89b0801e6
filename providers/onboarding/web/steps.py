"""The pages of the application: company, legal person, bank account. What is right is kept, what is wrong says why."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.kernel.transitions import NotPossible
from marketplace.tenancy.scope import scope
from providers.onboarding import facts, queries
from providers.onboarding.operations import applying
from providers.onboarding.uploads import takes_documents
from providers.onboarding.web.common import actor, may_edit, step_tabs, store_papers
from providers.onboarding.web.forms import StepForm, paper_forms

NAMES = [step.name for step in facts.STEPS]


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ONBOARD)
@takes_documents
def step(request: HttpRequest, step: str) -> HttpResponse:
    """One page of the application: its fields and its papers, saved together."""
    found = facts.STEPS[NAMES.index(step)]
    return _save(request, found) if request.method == "POST" else _show(request, found)


def _show(request: HttpRequest, step: facts.Step, form: Any = None, papers: Any = None, status: int = 200) -> HttpResponse:
    provider_id = request.organization.pk
    with scope(provider_id, user_id=request.user.pk, read_only=True):
        application, documents = queries.application_of(provider_id), queries.company_documents(provider_id)
        state = application.state if application else "draft"
        papers = papers or paper_forms(step.documents, documents, with_end=False)
        context = {
            "step": step,
            "form": form or StepForm(step, application),
            "papers": [(facts.COMPANY_DOCUMENTS[kind], paper, documents.get(kind)) for kind, paper in papers.items()],
            "tabs": step_tabs(provider_id, application, step.name),
            "may_edit": may_edit(request, state),
            "state": state,
            "next_url": _next(step),
        }
        response = TemplateResponse(request, "onboarding/step.html", context, status=status)
        response.render()
    return response


def _next(step: facts.Step) -> str:
    place = NAMES.index(step.name) + 1
    return reverse(f"onboarding:{NAMES[place] if place < len(NAMES) else 'categories'}")


def _save(request: HttpRequest, step: facts.Step) -> HttpResponse:
    provider_id = request.organization.pk
    with scope(provider_id, user_id=request.user.pk, read_only=True):
        application, documents = queries.application_of(provider_id), queries.company_documents(provider_id)
    form = StepForm(step, application, request.POST)
    papers = paper_forms(step.documents, documents, with_end=False, data=request.POST)
    kept = store_papers(request, list(papers.values()))
    try:
        good = form.is_valid() and _save_facts(request, step, form)
    except NotPossible as error:
        messages.error(request, str(error))
        return redirect("onboarding:home")
    if not good or any(paper.errors for paper in papers.values()):
        if kept:
            messages.success(request, _("The file is kept; look at what is marked below."))
        return _show(request, step, form, papers, status=422)
    messages.success(request, _("Saved."))
    return redirect(_next(step) if request.POST.get("then") == "next" else request.path)


def _save_facts(request: HttpRequest, step: facts.Step, form: StepForm) -> bool:
    try:
        applying.save_facts(
            provider_id=request.organization.pk, step=step.name, values=form.cleaned_data, by=actor(request), at=timezone.now()
        )
    except facts.BadFacts as error:
        for name, text in error.errors.items():
            form.add_error(name, text)
        return False
    return True
