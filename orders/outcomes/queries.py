"""The door to measured outcomes. Every function needs the scope of a party; the sweep's needs the system role."""

from collections.abc import Sequence

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from marketplace.kernel.errors import NotFound
from orders.outcomes.metrics import Reading, metric_named
from orders.outcomes.models import OutcomeAgreement, OutcomeBuyer, OutcomeRow
from orders.service.models import ServiceOrder
from orders.store.models import Buyer

#: Merchants one sweep looks after.
MOST = 5_000


def access_agreement(*, organization_id: int, pk: int) -> OutcomeAgreement:
    """One outcome of which the organization is a party. Raises NotFound for foreign and missing alike."""
    known = OutcomeAgreement.objects.select_related("order", "milestone")
    found = known.filter(merchant_id=organization_id, pk=pk).first() or known.filter(provider_id=organization_id, pk=pk).first()
    if found is None:
        raise NotFound(_("There is no such outcome."))
    return found


def agreement_of(order: ServiceOrder) -> OutcomeAgreement | None:
    """The outcome of a contract, once measuring has begun."""
    return OutcomeAgreement.objects.filter(merchant_id=order.merchant_id, order_id=order.pk).first()


def agreements(organization_id: int, *, side: str) -> QuerySet[OutcomeAgreement]:
    """A side's outcomes, newest first."""
    own = {"merchant_id": organization_id} if side == "merchant" else {"provider_id": organization_id}
    return OutcomeAgreement.objects.filter(**own).select_related("order").order_by("-id")


def measuring(merchant_id: int) -> QuerySet[OutcomeAgreement]:
    return OutcomeAgreement.objects.filter(merchant_id=merchant_id, state="measuring").order_by("id")


def rows_of(agreement: OutcomeAgreement, *, side: str) -> QuerySet[OutcomeRow]:
    """The buyers behind a result; none before there is one."""
    own = {"merchant_id": agreement.merchant_id} if side == "merchant" else {"provider_id": agreement.provider_id}
    found = OutcomeRow.objects.filter(**own, agreement_id=agreement.pk).order_by("number")
    return found if agreement.shows_arms else found.none()


def merchants_measuring() -> list[int]:
    """Merchants with a running outcome, across tenants (system role)."""
    running = OutcomeAgreement.objects.using("system").filter(state="measuring")
    return list(running.order_by("merchant_id").values_list("merchant_id", flat=True).distinct()[:MOST])


def so_far(agreement: OutcomeAgreement) -> Reading:
    """What the merchant's own data say up to the last count, with intervals that stay valid however often one looks.

    For the merchant alone: it shows the arms.
    """
    as_of = agreement.counted_at or agreement.started_at
    return metric_named(agreement.metric).measure(agreement.population, as_of=as_of, planned=False)


def buyers_of(rows: Sequence[OutcomeRow]) -> dict[int, Buyer]:
    """Who each row is. In the merchant's scope; the provider's finds nobody."""
    if not rows:
        return {}
    known = OutcomeBuyer.objects.filter(merchant_id=rows[0].merchant_id, row__in=[row.pk for row in rows]).select_related("buyer")
    return {one.row_id: one.buyer for one in known}
