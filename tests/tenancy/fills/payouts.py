"""A row in every table of paying out."""

from datetime import UTC, date, datetime

from marketplace.kernel.sealing import seal_bytes
from marketplace.tenancy.scope import scope
from orders.payouts.models import DebtHold, Payout, PayoutAccount, PayoutBatch, PayoutProof, Statement
from orders.payouts.operations.proving import SLIP
from tests import cast

NOW = datetime(2026, 3, 6, 12, tzinfo=UTC)


def fill(_merchant: cast.Merchant, provider: cast.Provider) -> dict[str, int]:
    """An account that waits and one in use; a payout that failed."""
    common = {
        "provider_id": provider.id,
        "bank": f"{provider.slug} bank",
        "holder": provider.slug,
        "number": b"x",
        "last4": "6789",
    }
    with scope(provider.id):
        waiting = PayoutAccount.objects.create(**common, proposed_by="system:cli", proposed_at=NOW)
        used = PayoutAccount.objects.create(
            **common,
            state="confirmed",
            proposed_by="system:cli",
            proposed_at=NOW,
            confirmed_by="x",
            confirmed_at=NOW,
            usable_from=NOW,
        )
        later = NOW.replace(year=2099)
        cooling = PayoutAccount.objects.create(
            **common, state="confirmed", proposed_by="x", proposed_at=NOW, confirmed_by="x", confirmed_at=NOW, usable_from=later
        )
        batch, _new = PayoutBatch.objects.get_or_create(
            period=date(2026, 3, 2), currency="CNY", state="cancelled", defaults={"drafted_by": "system:cli", "created_at": NOW}
        )
        payout = Payout.objects.create(
            provider_id=provider.id,
            batch=batch,
            account=used,
            amount=12_300,
            currency="CNY",
            state="cancelled",
            note=provider.slug,
        )
        DebtHold.objects.create(provider_id=provider.id, currency="CNY", amount=30_000, since=NOW, hidden_at=NOW, lifted_at=NOW)
        figures = dict.fromkeys(("opening", "released", "fees", "fees_back", "taken_back", "paid_out", "other", "closing"), 0)
        statement = Statement.objects.create(
            provider_id=provider.id, month=date(2026, 2, 1), currency="CNY", line_count=0, made_at=NOW, **figures
        )
        slip = PayoutProof.objects.create(
            provider_id=provider.id, payout=payout, name=f"{provider.slug}.pdf", size=3, sha256="0" * 64, uploaded_at=NOW,
            uploaded_by="system:cli", sealed=seal_bytes(b"PDF", merchant_id=provider.id, purpose=f"{SLIP}:{payout.pk}"),
        )  # fmt: skip
    return {
        "payout_slip": slip.pk,
        "statement": statement.pk,
        "payout_account": waiting.pk,
        "cooling_account": cooling.pk,
        "payout": payout.pk,
    }
