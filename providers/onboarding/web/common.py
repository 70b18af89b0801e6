"""What the pages of onboarding share."""

from collections.abc import Sequence

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.accounts.roles import Permission
from marketplace.kernel.errors import UserError
from marketplace.kernel.market import MARKET_ZONE
from marketplace.tenancy.actor import Actor, person
from marketplace.ui.kit import Tab
from providers.moderation.models import ReasonTemplate
from providers.onboarding import facts, queries
from providers.onboarding.models import Application
from providers.onboarding.operations.documents import store_document
from providers.onboarding.states import LOCKED
from providers.onboarding.uploads import paper_in
from providers.onboarding.web.forms import PaperForm

ZONE = MARKET_ZONE


def actor(request: HttpRequest) -> Actor:
    return person(request.user.pk)


def step_tabs(provider_id: int, application: Application | None, current: str) -> list[Tab]:
    """The steps of the application as tabs, with how much each still lacks."""
    documents = queries.company_documents(provider_id)
    found = [
        Tab(
            step.label,
            reverse(f"onboarding:{step.name}"),
            current == step.name,
            len(queries.missing_of(step, application, documents)) or None,
        )
        for step in facts.STEPS
    ]
    lacking = sum(len(chosen.missing) for chosen in queries.chosen_categories(provider_id))
    categories = Tab(_("Categories"), reverse("onboarding:categories"), current == "categories", lacking or None)
    return [Tab(_("Overview"), reverse("onboarding:home"), current == "home"), *found, categories]


def may_edit(request: HttpRequest, state: str) -> bool:
    return Permission.ONBOARD in request.rights and state not in LOCKED


def store_papers(request: HttpRequest, forms: Sequence[PaperForm], *, qualification_id: int | None = None) -> int:
    """Keep every paper that was sent and is good; the others say at their field why not. Returns how many were kept."""
    kept = 0
    for form in forms:
        try:
            paper = paper_in(request, form.add_prefix("file"))
            if paper is None:
                continue
            form.is_valid()
            store_document(
                provider_id=request.organization.pk, kind=form.kind, paper=paper, expires_on=form.cleaned_data.get("expires_on"),
                qualification_id=qualification_id, by=actor(request), at=timezone.now(),
            )  # fmt: skip
            kept += 1
        except UserError as error:
            form.is_valid()
            form.add_error("file", str(error))
    return kept


def reason_texts(kind: str, codes: Sequence[str]) -> list[str]:
    """What the provider reads for each reason of a decision."""
    found = {template.code: template.text for template in ReasonTemplate.objects.filter(kind=kind, code__in=codes)}
    return [found.get(code, code) for code in codes]
