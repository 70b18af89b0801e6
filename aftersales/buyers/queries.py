"""What is known about a buyer's link. Needs the merchant's scope."""

from aftersales.buyers.links import Link
from aftersales.buyers.models import LinkUse


def use_of(link: Link) -> LinkUse | None:
    """When and for what this link was used, if it was."""
    return LinkUse.objects.filter(merchant_id=link.merchant_id, digest=link.digest).first()
