"""Finding merchants and shops by the names people use."""

from django.db import connection

from marketplace.accounts.queries import organization_id
from marketplace.kernel.errors import NotFound, UserError
from marketplace.tenancy.scope import scope
from merchants.models import Shop


def shop_by_name(name: str) -> Shop:
    """The shop behind SHOP, or MERCHANT/SHOP when two merchants share a slug. Raises NotFound and UserError."""
    merchant, _slash, slug = name.rpartition("/")
    with connection.cursor() as cursor:
        cursor.execute("SELECT merchant_id, shop_id FROM find_shops(%s, %s)", [merchant or None, slug])
        found = cursor.fetchall()
    if not found:
        raise NotFound(f"No shop {name!r}; create it with add_shop.")
    if len(found) > 1:
        raise UserError(f"Several merchants have a shop {slug!r}; name it as MERCHANT/SHOP.")
    merchant_id, shop_id = found[0]
    return shop_of(merchant_id=merchant_id, shop_id=shop_id)


def shop_of(*, merchant_id: int, shop_id: int) -> Shop:
    """One shop of a merchant, in the merchant's own scope. Raises NotFound."""
    with scope(merchant_id):
        shop = Shop.objects.filter(merchant_id=merchant_id, pk=shop_id).first()
    if shop is None:
        raise NotFound("There is no such shop.")
    return shop


def shop_of_merchant(*, merchant: str, shop: str | None) -> tuple[int, Shop | None]:
    """The merchant's id and, when named, one of its shops. Raises NotFound."""
    merchant_id = organization_id(merchant)
    return merchant_id, shop_by_name(f"{merchant}/{shop.rpartition('/')[2]}") if shop else None
