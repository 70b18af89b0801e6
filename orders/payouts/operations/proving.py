"""What the bank gave to show that it paid: slips of one payout, which its provider may read, and papers of a whole batch.

A paper of a batch names every company in it with its account, so it stays with staff; a slip is about one company.
"""

from datetime import datetime
from hashlib import sha256

from django.utils.translation import gettext as _

from marketplace.audit.operations import record
from marketplace.kernel.errors import NotFound
from marketplace.kernel.sealing import seal_bytes, unseal_bytes
from marketplace.kernel.transitions import NotPossible
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.payouts import queries
from orders.payouts.models import BatchProof, PayoutProof
from orders.payouts.operations.batches import locked_batch
from orders.payouts.states import PayoutState
from providers.onboarding.papers import Paper

#: What the seal of a batch's paper is bound to; it belongs to no organization.
BATCH_PROOF, NOBODY = "payout_proof", 0
SLIP = "payout_slip"


def add_batch_proof(*, batch_id: int, paper: Paper, by: Actor, at: datetime) -> BatchProof:
    """Keep the bank's confirmation of a batch, sealed; the same file twice is one. Raises NotFound."""
    with scope(durable=True):
        batch = locked_batch(batch_id)
        digest = sha256(paper.content).hexdigest()
        found = BatchProof.objects.filter(batch=batch, sha256=digest).first()
        return found or BatchProof.objects.create(
            batch=batch, name=paper.name, sha256=digest, uploaded_by=by.label, uploaded_at=at,
            sealed=seal_bytes(paper.content, merchant_id=NOBODY, purpose=f"{BATCH_PROOF}:{batch.pk}"),
        )  # fmt: skip


def open_batch_proof(*, batch_id: int, proof_id: int, by: Actor) -> tuple[BatchProof, bytes]:
    """A batch's paper in clear, for staff; the reading is in every provider's audit. Raises NotFound, Unreadable."""
    with scope(durable=True):
        proof = BatchProof.objects.filter(batch_id=batch_id, pk=proof_id).first()
        if proof is None:
            raise NotFound(_("There is no such file."))
        for row in queries.rows_of_batch(batch_id):
            with scope(row.provider_id):
                facts = {"payout": row.number, "name": proof.name}
                record(merchant_id=row.provider_id, by=by, action="orders.payout_proof.read", facts=facts)
        return proof, unseal_bytes(proof.sealed, merchant_id=NOBODY, purpose=f"{BATCH_PROOF}:{batch_id}")


def add_slip(*, provider_id: int, payout_id: int, paper: Paper, by: Actor, at: datetime) -> PayoutProof:
    """Keep the bank's slip of one payout that was paid; the same file twice is one. Raises NotFound, NotPossible."""
    with scope(provider_id, durable=True):
        row = queries.access_payout(provider_id=provider_id, pk=payout_id, lock=True)
        if row.state != PayoutState.PAID:
            raise NotPossible(_("A slip belongs to a payout that the bank has paid."))
        known = PayoutProof.objects.filter(provider_id=provider_id, payout=row, sha256=paper.sha256).first()
        if known is not None:
            return known
        facts = {"payout": row.number, "name": paper.name}
        record(merchant_id=provider_id, by=by, action="orders.payout_proof.added", facts=facts)
        sealed = seal_bytes(paper.content, merchant_id=provider_id, purpose=f"{SLIP}:{row.pk}")
        return PayoutProof.objects.create(
            provider_id=provider_id, payout=row, name=paper.name, size=len(paper.content), sha256=paper.sha256, sealed=sealed,
            uploaded_by=by.label, uploaded_at=at,
        )  # fmt: skip


def open_slip(*, provider_id: int, proof_id: int, by: Actor) -> tuple[PayoutProof, bytes]:
    """A slip in clear; the reading is recorded. Raises NotFound, Unreadable."""
    with scope(provider_id, durable=True):
        proof = queries.access_proof(provider_id=provider_id, pk=proof_id)
        facts = {"proof_id": proof.pk, "name": proof.name}
        record(merchant_id=provider_id, by=by, action="orders.payout_proof.read", facts=facts)
        return proof, unseal_bytes(proof.sealed, merchant_id=provider_id, purpose=f"{SLIP}:{proof.payout_id}")
