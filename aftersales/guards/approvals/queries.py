"""Reading requests for approval. Every query names the merchant, on top of row-level security."""

from datetime import datetime

from django.db.models import QuerySet

from aftersales.guards.models import Approval
from marketplace.kernel.errors import NotFound


def waiting(merchant_id: int, at: datetime) -> QuerySet[Approval]:
    """What waits for a person, oldest first; requests that expired count as closed before the job has said so."""
    return Approval.objects.filter(merchant_id=merchant_id, state=Approval.State.WAITING, expires_at__gt=at).order_by("id")


def decided(merchant_id: int) -> QuerySet[Approval]:
    """What was decided, newest first."""
    return Approval.objects.filter(merchant_id=merchant_id).exclude(state=Approval.State.WAITING).order_by("-decided_at", "-id")


def access_approval(*, merchant_id: int, pk: int) -> Approval:
    """One request of the merchant. Raises NotFound for foreign and missing alike."""
    found = Approval.objects.filter(merchant_id=merchant_id, pk=pk).first()
    if found is None:
        raise NotFound("There is no such request.")
    return found


def merchants_with_late_requests(at: datetime) -> list[int]:
    """Merchants with requests nobody decided in time, across tenants (system role)."""
    found = Approval.objects.using("system").filter(state=Approval.State.WAITING, expires_at__lte=at)
    return list(found.order_by("merchant_id").values_list("merchant_id", flat=True).distinct())
