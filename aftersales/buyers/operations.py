"""What buyers do through their links."""

from aftersales.buyers.links import Link
from aftersales.buyers.models import LinkUse


def record_use(link: Link, *, act: str = "") -> bool:
    """Remember that the link did its work; False when it had been used before. Needs the merchant's scope."""
    use = LinkUse(
        merchant_id=link.merchant_id,
        digest=link.digest,
        purpose=link.purpose.name.lower(),
        subject_id=link.subject_id,
        buyer_id=link.buyer_id,
        act=act,
    )
    found = LinkUse.objects.bulk_create([use], ignore_conflicts=True)
    return bool(found) and LinkUse.objects.filter(merchant_id=link.merchant_id, digest=link.digest, act=act).exists()
