"""A row in every table of onboarding."""

from datetime import UTC, date, datetime
from uuid import uuid4

from marketplace.tenancy.scope import scope
from providers.onboarding.models import (
    Application,
    Deduction,
    DepositTransfer,
    Document,
    DocumentChunk,
    Exit,
    Export,
    Qualification,
)
from tests import cast

NOW = datetime(2026, 3, 6, 12, tzinfo=UTC)


def fill(provider: cast.Provider) -> dict[str, int]:
    own = {"provider_id": provider.id}
    with scope(provider.id):
        Application.objects.create(**own, company_name=provider.slug)
        qualification = Qualification.objects.create(**own, category="agency")
        paper = {"name": f"{provider.slug}.pdf", "content_type": "application/pdf", "size": 9, "sha256": "0" * 64}
        document = Document.objects.create(
            **own, **paper, qualification=qualification, uid=uuid4(), kind="licence", uploaded_by="x", uploaded_at=NOW
        )
        DocumentChunk.objects.create(**own, document=document, number=0, sealed=b"sealed")
        money = {"amount": 100, "currency": "CNY"}
        DepositTransfer.objects.create(**own, **money, payer=provider.slug, sent_on=date(2026, 3, 1), created_by="x")
        Deduction.objects.create(**own, **money, ruling_id=1, reason=provider.slug, top_up_by=NOW, created_at=NOW, created_by="x")
        Exit.objects.create(**own, reason=provider.slug, requested_at=NOW, requested_by="x", state="withdrawn")
        Export.objects.create(**own, document=document, created_at=NOW, created_by=provider.slug, state="failed")
    return {"document": document.pk, "qualification": qualification.pk}
