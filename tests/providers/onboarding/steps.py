"""Getting through onboarding by the operations people use."""

from datetime import UTC, date, datetime

from marketplace.accounts.operations import ensure_user
from marketplace.tenancy.actor import Actor, person
from marketplace.tenancy.scope import scope
from providers.catalogue.models import Category
from providers.moderation.models import Review
from providers.moderation.operations import decide
from providers.onboarding import facts
from providers.onboarding.models import Application, Document, Qualification
from providers.onboarding.operations import applying, documents
from providers.onboarding.papers import Paper, checked
from tests import cast
from tests.providers.onboarding import papers

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)  # a Monday, 10:00 in Shanghai
FACTS = {
    "company": {
        "company_name": "杭州青禾电子商务有限公司", "credit_code": "91330100799655058B", "registered_address": "杭州市余杭区",
        "licence_until": date(2030, 1, 31), "licence_is_permanent": False,
    },
    "person": {"legal_person": "林青"},
    "bank": {"bank_name": "招商银行杭州分行", "bank_holder": "杭州青禾电子商务有限公司", "bank_account": "6225 8801 2345 6789"},
}  # fmt: skip


def owner(provider: cast.Provider) -> Actor:
    return person(provider.owner.pk)


def staff() -> Actor:
    return person(ensure_user(email="staff@shangban.example", password=cast.PASSWORD, is_staff=True).pk)


def paper(words: str = "licence") -> Paper:
    return checked(papers.pdf(words), name=f"{words}.pdf")


def leaf(*, risk: str = "normal") -> Category:
    """A category that asks for papers and a deposit."""
    found = Category.objects.filter(children=None, risk=risk, is_active=True).exclude(required_documents=[])
    return found.order_by("id")[0]


def fill_in(provider: cast.Provider, *, at: datetime = NOW, code: str = FACTS["company"]["credit_code"]) -> None:
    for step, values in FACTS.items():
        given = {**values, "credit_code": code} if step == "company" else values
        applying.save_facts(provider_id=provider.id, step=step, values=given, by=owner(provider), at=at)
    for kind in facts.COMPANY_DOCUMENTS:
        documents.store_document(provider_id=provider.id, kind=kind, paper=paper(kind), by=owner(provider), at=at)


def choose(provider: cast.Provider, category: Category, *, at: datetime = NOW, expires_on: date | None = None) -> Qualification:
    row = applying.choose_category(provider_id=provider.id, category=category.slug, by=owner(provider), at=at)
    for kind in category.required_documents:
        documents.store_document(
            provider_id=provider.id, kind=kind, paper=paper(kind), expires_on=expires_on, qualification_id=row.pk,
            by=owner(provider), at=at,
        )  # fmt: skip
    return row


def submit(provider: cast.Provider, *, at: datetime = NOW) -> Application:
    return applying.submit(provider_id=provider.id, by=owner(provider), at=at)


def review(provider: cast.Provider, kind: str) -> Review:
    with scope(provider.id):
        return Review.objects.get(provider_id=provider.id, kind=kind, state="waiting")


def rule(
    provider: cast.Provider, kind: str = "verification", verdict: str = "approved", *, at: datetime = NOW, reasons=(), note=""
) -> None:
    """A colleague of the staff decides what waits."""
    decide(
        provider_id=provider.id, review_id=review(provider, kind).pk, verdict=verdict, reasons=reasons, note=note, by=staff(),
        at=at,
    )  # fmt: skip


def verified(provider: cast.Provider, *, at: datetime = NOW, category: Category | None = None) -> Qualification:
    """Through everything: company and category approved."""
    fill_in(provider, at=at)
    row = choose(provider, category or leaf(), at=at)
    submit(provider, at=at)
    rule(provider, at=at)
    rule(provider, "qualification", at=at)
    return row


def application(provider: cast.Provider) -> Application:
    with scope(provider.id):
        return Application.objects.get(provider_id=provider.id)


def qualification(provider: cast.Provider, pk: int) -> Qualification:
    with scope(provider.id):
        return Qualification.objects.get(provider_id=provider.id, pk=pk)


def current(provider: cast.Provider, kind: str) -> Document:
    with scope(provider.id):
        return Document.objects.get(provider_id=provider.id, kind=kind, state="current")
