"""A key and an answer that was given."""

from marketplace.accounts.roles import Permission
from marketplace.api.operations import answered_once, create_key
from marketplace.tenancy.actor import CLI
from tests import cast


def fill(merchant: cast.Merchant) -> int:
    held = frozenset({Permission.VIEW_ORDERS})
    key, _token = create_key(
        merchant_id=merchant.id, name=f"{merchant.slug} till", rights=["view_orders"], held=held, expires_at=None, by=CLI
    )
    answered_once(merchant_id=merchant.id, key=merchant.slug, request_digest="0", work=lambda: (200, {"of": merchant.slug}))
    return key.pk
