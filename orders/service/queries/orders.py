"""The door to an order and its parts. Every function needs the scope of one of its parties."""

from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from marketplace.kernel.errors import NotFound
from orders.service.models import ContractVersion, Delivery, HandoverItem, Milestone, ServiceOrder, SplitProposal
from orders.service.terms import Terms


def access_order(*, organization_id: int, pk: int, locked: bool = False) -> ServiceOrder:
    """The order, when the organization is one of its parties. Raises NotFound for everybody else."""
    orders: QuerySet[ServiceOrder] = ServiceOrder.objects.select_for_update() if locked else ServiceOrder.objects.all()
    found = orders.filter(merchant_id=organization_id, pk=pk).first() or orders.filter(provider_id=organization_id, pk=pk).first()
    if found is None:
        raise NotFound(_("There is no such contract."))
    return found


def access_milestone(*, organization_id: int, pk: int) -> tuple[ServiceOrder, Milestone]:
    """A milestone with its order, when the organization is a party. Raises NotFound."""
    known = Milestone.objects.select_related("order")
    found = known.filter(merchant_id=organization_id, pk=pk).first() or known.filter(provider_id=organization_id, pk=pk).first()
    if found is None:
        raise NotFound(_("There is no such milestone."))
    return found.order, found


def milestones_of(order: ServiceOrder) -> QuerySet[Milestone]:
    return Milestone.objects.filter(merchant_id=order.merchant_id, order=order).order_by("position")


def versions_of(order: ServiceOrder) -> QuerySet[ContractVersion]:
    """Newest first."""
    return ContractVersion.objects.filter(merchant_id=order.merchant_id, order=order).order_by("-number")


def version_of(order: ServiceOrder, number: int) -> ContractVersion:
    """Raises NotFound."""
    found = versions_of(order).filter(number=number).first()
    if found is None:
        raise NotFound(_("There is no such version."))
    note_terms(order, [found])
    return found


def note_terms(order: ServiceOrder, versions: Iterable[ContractVersion]) -> None:
    """What these versions agree on need not be read again for this order: terms never change, only who accepted them."""
    known: dict[int, Terms] = order.__dict__.setdefault("_terms_by_version", {})
    for version in versions:
        known.setdefault(version.number, version.agreed)


def signed_terms(order: ServiceOrder) -> Terms:
    """The terms in force; of an unsigned order, those on offer."""
    number, known = order.signed_version or order.offered_version, order.__dict__.get("_terms_by_version", {})
    return known[number] if number in known else version_of(order, number).agreed


def deliveries_of(milestone: Milestone) -> QuerySet[Delivery]:
    """Newest first."""
    return Delivery.objects.filter(merchant_id=milestone.merchant_id, milestone=milestone).order_by("-number")


def open_split(milestone: Milestone) -> SplitProposal | None:
    return SplitProposal.objects.filter(merchant_id=milestone.merchant_id, milestone=milestone, state="open").first()


def handover_of(order: ServiceOrder) -> QuerySet[HandoverItem]:
    return HandoverItem.objects.filter(merchant_id=order.merchant_id, order=order).order_by("position")
