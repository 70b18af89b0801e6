"""Reading a company's way into the market. Every query names the provider, on top of row-level security."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import F, Q
from django.utils.translation import gettext as _

from marketplace.kernel.errors import NotFound
from marketplace.ui.kit import Text
from providers.catalogue.lists import DOCUMENTS
from providers.catalogue.models import Category
from providers.onboarding import facts
from providers.onboarding.models import Application, Document, Exit, Export, Qualification
from providers.onboarding.states import QUALIFIED, VERIFIED, QualificationState

WARN_BEFORE = timedelta(days=30)


def application_of(provider_id: int) -> Application | None:
    return Application.objects.filter(provider_id=provider_id).first()


def verified_since(provider_id: int) -> datetime | None:
    """Since when the company is verified; None while it is not, or has left. Needs the provider's scope."""
    leaving = exit_of(provider_id)
    if leaving is not None and leaving.state != "requested":
        return None
    found = Application.objects.filter(provider_id=provider_id, state__in=VERIFIED)
    return found.values_list("verified_at", flat=True).first()


def company_documents(provider_id: int) -> dict[str, Document]:
    """The current papers of the company, by kind."""
    found = Document.objects.filter(provider_id=provider_id, qualification__isnull=True, state="current")
    return {document.kind: document for document in found.exclude(kind="export")}


@dataclass(frozen=True)
class Chosen:
    """A category the company chose, with the papers it asks for and those handed in."""

    qualification: Qualification
    category: Category | None
    documents: Mapping[str, Document] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """In the reader's language; a category that is gone shows its slug."""
        return self.category.name if self.category else self.qualification.category

    @property
    def required(self) -> list[tuple[str, Text]]:
        """Code and name of every paper the category asks for."""
        codes = self.category.required_documents if self.category else []
        return [(code, DOCUMENTS.label(code)) for code in codes]

    @property
    def missing(self) -> list[Text]:
        return [label for code, label in self.required if code not in self.documents]


def chosen_categories(provider_id: int) -> list[Chosen]:
    """Every chosen category in the order of choosing: three statements however many."""
    rows = list(
        Qualification.objects.filter(provider_id=provider_id)
        .exclude(state=QualificationState.DROPPED)
        .order_by("created_at", "id")
    )
    return _chosen(provider_id, rows)


def _chosen(provider_id: int, rows: list[Qualification]) -> list[Chosen]:
    categories = {category.slug: category for category in Category.objects.filter(slug__in=[row.category for row in rows])}
    papers: dict[int, dict[str, Document]] = {}
    found = Document.objects.filter(provider_id=provider_id, qualification_id__in=[row.pk for row in rows], state="current")
    for document in found:
        papers.setdefault(document.qualification_id or 0, {})[document.kind] = document
    return [Chosen(row, categories.get(row.category), papers.get(row.pk, {})) for row in rows]


def access_category(*, provider_id: int, pk: int) -> Chosen:
    """One chosen category. Raises NotFound for foreign and missing alike."""
    row = Qualification.objects.filter(provider_id=provider_id, pk=pk).first()
    if row is None:
        raise NotFound("There is no such category.")
    return _chosen(provider_id, [row])[0]


def access_document(*, provider_id: int, pk: int, even_removed: bool = False) -> Document:
    """One paper, usually one whose bytes are still there. Raises NotFound for foreign and missing alike."""
    found = Document.objects.filter(provider_id=provider_id, pk=pk).first()
    if found is None or (found.state == Document.State.REMOVED and not even_removed):
        raise NotFound("There is no such document.")
    return found


def missing_of(step: facts.Step, application: Application | None, documents: Mapping[str, Document]) -> list[Text]:
    """What a step of the application still lacks, in words."""
    lacking = [] if application is None else [name for name in step.fields if not _is_given(application, name)]
    names = list(step.fields) if application is None else lacking
    labels = [facts.LABELS[name] for name in names if name != "licence_is_permanent"]
    return labels + [facts.COMPANY_DOCUMENTS[kind] for kind in step.documents if kind not in documents]


def _is_given(application: Application, name: str) -> bool:
    if name in ("licence_until", "licence_is_permanent"):
        return application.licence_is_permanent or application.licence_until is not None
    return bool(getattr(application, name))


def missing_for_submission(provider_id: int) -> list[Text]:
    """Everything that stands between the company and handing in; empty when nothing does."""
    application, documents = application_of(provider_id), company_documents(provider_id)
    found = [label for step in facts.STEPS for label in missing_of(step, application, documents)]
    chosen = chosen_categories(provider_id)
    if not chosen:
        return [*found, _("A category")]
    if not any(not each.missing for each in chosen):
        return [*found, *(label for each in chosen for label in each.missing)]
    return found


def providers_with_dates(today: date) -> list[int]:
    """Providers with something that has expired, or expires within 30 days and nobody was warned (system role)."""
    soon = today + WARN_BEFORE
    company = Q(state__in=VERIFIED, verified_until__lte=soon) & (
        Q(verified_until__lt=today) | ~Q(warned_for=F("verified_until")) | Q(warned_for__isnull=True)
    )
    category = Q(state__in=QUALIFIED, approved_until__lte=soon) & (
        Q(approved_until__lt=today) | ~Q(warned_for=F("approved_until")) | Q(warned_for__isnull=True)
    )
    found = set(Application.objects.using("system").filter(company).values_list("provider_id", flat=True))
    found |= set(Qualification.objects.using("system").filter(category).values_list("provider_id", flat=True))
    return sorted(found)


def same_code_elsewhere(provider_id: int, credit_code: str) -> int:
    """How many other providers gave the same credit code: shown to the reviewer (system role)."""
    others = Application.objects.using("system").filter(credit_code=credit_code).exclude(provider_id=provider_id)
    return others.count() if credit_code else 0


def providers_leaving() -> list[int]:
    """Providers that asked to leave and have not left (system role)."""
    found = Exit.objects.using("system").filter(state="requested").order_by("provider_id")
    return list(found.values_list("provider_id", flat=True))


def waiting_exports() -> list[tuple[int, int]]:
    """(provider, export) that nobody has begun (system role)."""
    found = Export.objects.using("system").filter(state="queued").order_by("pk")
    return list(found.values_list("provider_id", "pk"))


def providers_with_old_exports(before: datetime) -> list[int]:
    """Providers whose export lies about longer than it should (system role)."""
    old = Document.objects.using("system").filter(kind="export", uploaded_at__lt=before).exclude(state="removed")
    return sorted(set(old.values_list("provider_id", flat=True)))


def exit_of(provider_id: int) -> Exit | None:
    """The exit under way or done; None for a company that stays."""
    return Exit.objects.filter(provider_id=provider_id).exclude(state="withdrawn").first()


def latest_export(provider_id: int) -> Export | None:
    return Export.objects.filter(provider_id=provider_id).select_related("document").order_by("-pk").first()


def access_export(*, provider_id: int, pk: int) -> Export:
    """One export. Raises NotFound for foreign and missing alike."""
    found = Export.objects.filter(provider_id=provider_id, pk=pk).select_related("document").first()
    if found is None:
        raise NotFound("There is no such export.")
    return found
