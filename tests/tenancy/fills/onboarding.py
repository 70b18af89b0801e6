"""A row in every table of onboarding."""

from datetime import UTC, date, datetime

from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from providers.onboarding.models import Application, Deduction, DepositTransfer, Document, Exit, Export, Qualification
from providers.onboarding.operations import deposit as acts
from providers.onboarding.operations.documents import keep
from providers.onboarding.papers import checked
from tests import cast
from tests.providers.onboarding import papers

NOW = datetime(2026, 3, 6, 12, tzinfo=UTC)


def fill(provider: cast.Provider) -> dict[str, int]:
    """Everything begun and nothing handed in, so that every page can be written to."""
    own = {"provider_id": provider.id}
    with scope(provider.id):
        Application.objects.create(**own, company_name=provider.slug)
        rows = [Qualification.objects.create(**own, category=slug) for slug in ("branding", "coaching")]
        kept = [_paper(provider, kind) for kind in ("licence", "bank_proof", "export")]
        acts._post(provider.id, "deposit.paid_in", "deposit_bank", "deposit_held", f"{provider.slug}:1", 100, NOW)
        money = {"amount": 100, "currency": "CNY"}
        transfer = DepositTransfer.objects.create(**own, **money, payer=provider.slug, sent_on=date(2026, 3, 1), created_by="x")
        Deduction.objects.create(**own, **money, ruling_id=1, reason=provider.slug, top_up_by=NOW, created_at=NOW, created_by="x")
        Exit.objects.create(**own, reason=provider.slug, requested_at=NOW, requested_by="x", state="withdrawn")
        export = Export.objects.create(**own, document=kept[2], created_at=NOW, created_by=provider.slug, state="failed")
    named = {"qualification": rows[0], "spare_qualification": rows[1], "document": kept[0], "spare_document": kept[1]}
    named |= {"export_document": kept[2], "deposit_transfer": transfer, "data_export": export}
    return {name: row.pk for name, row in named.items()}


def _paper(provider: cast.Provider, kind: str) -> Document:
    paper = checked(papers.pdf(provider.slug), name=f"{provider.slug}.pdf")
    return keep(provider_id=provider.id, kind=kind, paper=paper, by=CLI, at=NOW)
