"""What buyers do through their links."""

from aftersales.buyers.links import Link
from aftersales.buyers.models import LinkUse


def record_use(link: Link, *, act: str = "") -> bool:
    """Remember that the link did its work; False when it had been used before. Needs the merchant's scope."""
    facts = {"purpose": link.purpose.name.lower(), "subject_id": link.subject_id, "buyer_id": link.buyer_id, "act": act}
    _use, is_new = LinkUse.objects.get_or_create(merchant_id=link.merchant_id, digest=link.digest, defaults=facts)
    return is_new
