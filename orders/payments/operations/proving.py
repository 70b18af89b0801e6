"""Papers that show a bank transfer, handed in by the payer: checked like every document, sealed, never shown to anybody else."""

from collections.abc import Iterator
from datetime import datetime
from uuid import uuid4

from django.utils.translation import gettext as _

from marketplace.audit.operations import record
from marketplace.kernel.errors import UserError
from marketplace.kernel.sealing import sealed_chunks, unsealed_chunks
from marketplace.kernel.transitions import NotPossible
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.payments.models import PayInProof, PayInProofChunk
from orders.payments.operations.common import locked_pay_in, note
from orders.payments.operations.returning import OFFLINE
from orders.payments.policies import can_prove
from orders.payments.queries import access_proof
from providers.onboarding.papers import Paper

MOST = 5


class TooManyPapers(UserError):
    """Five papers of one transfer are enough."""


def add_proof(*, merchant_id: int, pay_in_id: int, paper: Paper, at: datetime, by: Actor) -> PayInProof:
    """Keep a paper. The same bytes again are the same paper. Raises NotPossible, TooManyPapers."""
    with scope(merchant_id, durable=True):
        row = locked_pay_in(merchant_id, pay_in_id)
        if not can_prove(row, offline=row.gateway in OFFLINE):
            raise NotPossible(_("This payment needs no proof."))
        known = PayInProof.objects.filter(merchant_id=merchant_id, pay_in=row)
        if same := known.filter(sha256=paper.sha256).first():
            return same
        if known.count() >= MOST:
            raise TooManyPapers(_("Five papers are enough. We are looking at them."))
        proof = PayInProof.objects.create(
            merchant_id=merchant_id, pay_in=row, uid=uuid4(), name=paper.name, content_type=paper.content_type,
            size=len(paper.content), sha256=paper.sha256, uploaded_at=at, uploaded_by=by.label,
        )  # fmt: skip
        pieces = sealed_chunks(paper.content, merchant_id=merchant_id, purpose=_purpose(proof))
        for number, sealed in enumerate(pieces):
            PayInProofChunk.objects.create(merchant_id=merchant_id, proof=proof, number=number, sealed=sealed)
        note(row, "proved", by, name=paper.name, size=len(paper.content))
        return proof


def open_proof(*, merchant_id: int, proof_id: int, purpose: str, by: Actor) -> PayInProof:
    """Leave a trace of the reading, and return what is to be read with `bytes_of`. Raises NotFound."""
    with scope(merchant_id, durable=True):
        proof = access_proof(organization_id=merchant_id, pk=proof_id)
        facts = {"proof_id": proof.pk, "name": proof.name, "purpose": purpose}
        record(merchant_id=merchant_id, by=by, action="payments.proof.read", facts=facts)
        return proof


def bytes_of(proof: PayInProof) -> Iterator[bytes]:
    """The paper in clear, piece by piece, in a scope of its own. Raises Unreadable."""
    with scope(proof.merchant_id, read_only=True):
        chunks = PayInProofChunk.objects.filter(merchant_id=proof.merchant_id, proof=proof).order_by("number")
        sealed = chunks.values_list("sealed", flat=True).iterator(chunk_size=4)
        yield from unsealed_chunks(sealed, merchant_id=proof.merchant_id, purpose=_purpose(proof))


def _purpose(proof: PayInProof) -> str:
    return f"pay_in_proof:{proof.uid}"
