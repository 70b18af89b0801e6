"""What the rooms below ask about contracts: what a payment is for, who may exchange addresses, what counts as evidence."""

import json
from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from orders.payments.purposes import Subject as PaidFor
from orders.rooms.registry import Evidence, Subject, SubjectKind
from orders.service.files import bytes_in_scope
from orders.service.models import ChangeRequest, Delivery, DeliveryComment, DeliveryFile, Milestone, ServiceOrder
from orders.service.queries import versions_of

PAGES = {"merchant": "/contracts/{}/", "provider": "/desk/jobs/{}/"}


def order_url(subject: Subject, kind: str) -> str:
    return PAGES[kind].format(subject.id)


ORDER = SubjectKind("order", _("Contract"), url=order_url)


def paid_for(merchant_id: int, milestone_id: int) -> PaidFor | None:
    """A milestone that is paid in for."""
    found = Milestone.objects.select_related("order").filter(merchant_id=merchant_id, pk=milestone_id).first()
    if found is None:
        return None
    return PaidFor(f"{found.order.title}: {found.name}", PAGES["merchant"].format(found.order_id))


def had_contract(merchant_id: int, provider_id: int) -> bool:
    """Whether these two ever signed one."""
    return ServiceOrder.objects.filter(merchant_id=merchant_id, provider_id=provider_id, signed_at__isnull=False).exists()


def evidence(merchant_id: int, provider_id: int, order_id: int) -> Iterator[Evidence]:
    """Every version of the contract with who accepted it, and every delivery with its files, requests and comments."""
    order = ServiceOrder.objects.filter(merchant_id=merchant_id, provider_id=provider_id, pk=order_id).first()
    if order is None:
        return
    for version in versions_of(order).order_by("number"):
        facts = {
            "hash": version.hash, "template": version.template, "proposed_by": version.proposed_by,
            "merchant_accepted_at": version.merchant_accepted_at, "provider_accepted_at": version.provider_accepted_at,
        }  # fmt: skip
        yield Evidence(f"contract/version-{version.number}.json", _json(version.terms), facts, version.created_at)
    own = Delivery.objects.filter(merchant_id=merchant_id, milestone__order=order).select_related("milestone")
    for delivery in own.order_by("milestone__position", "number"):
        yield from _of_delivery(delivery)


def _of_delivery(delivery: Delivery) -> Iterator[Evidence]:
    place = f"milestone-{delivery.milestone.position}/delivery-{delivery.number}"
    mine = {"merchant_id": delivery.merchant_id, "delivery": delivery}
    said = {
        "note": delivery.note,
        "quantity": delivery.quantity,
        "comments": list(DeliveryComment.objects.filter(**mine).order_by("id").values("side", "text", "created_at")),
        "change_requests": list(ChangeRequest.objects.filter(**mine).order_by("id").values("number", "text", "created_at")),
    }
    facts = {"milestone": delivery.milestone.name, "version": delivery.number, "by": delivery.created_by}
    yield Evidence(f"{place}/delivery.json", _json(said), facts, delivery.created_at)
    for file in DeliveryFile.objects.filter(**mine).order_by("id"):
        content = b"".join(bytes_in_scope(file))
        yield Evidence(f"{place}/{file.pk}-{file.name}", content, {"sha256": file.sha256, **facts}, delivery.created_at)


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, default=str).encode()
