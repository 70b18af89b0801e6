"""The known cast: merchant "acme" with its owner, and merchant "other", the stranger. All of it is made through operations."""

from dataclasses import dataclass

from marketplace.accounts.models import User
from marketplace.accounts.operations import add_member, create_organization, ensure_user
from marketplace.accounts.roles import Role
from marketplace.tenancy.actor import CLI
from merchants.models import Shop
from merchants.operations import add_shop
from orders.store.ingest.rows import ShopContext

PASSWORD = "a long enough passphrase"


@dataclass(frozen=True)
class Merchant:
    """A merchant with one shop and the person who owns it."""

    slug: str
    shop: Shop
    owner: User

    @property
    def id(self) -> int:
        return self.shop.merchant_id

    @property
    def shop_name(self) -> str:
        """The shop as commands name it, which no other merchant's shop can be taken for."""
        return f"{self.slug}/{self.shop.slug}"

    @property
    def context(self) -> ShopContext:
        return ShopContext.of(self.shop)


def merchant(slug: str, *, currency: str = "GBP", timezone: str = "Europe/London", prices_include_tax: bool = True) -> Merchant:
    """A merchant with the shop "main" and the owner "owner@SLUG.example"."""
    shop, _new = add_shop(
        merchant=slug, shop="main", currency=currency, timezone=timezone, by=CLI, prices_include_tax=prices_include_tax
    )
    owner = ensure_user(email=f"owner@{slug}.example", password=PASSWORD, name=f"Owner of {slug}")
    add_member(organization_id=shop.merchant_id, user=owner, role=Role.OWNER, may_export=True, by=CLI)
    return Merchant(slug, shop, owner)


def acme(**shop: str | bool) -> Merchant:
    """The merchant every test is about."""
    return merchant("acme", **shop)  # type: ignore[arg-type]


def other() -> Merchant:
    """The stranger: has a shop of the same name and may see nothing of acme."""
    return merchant("other")


@dataclass(frozen=True)
class Provider:
    """A service provider and the person who owns it."""

    slug: str
    id: int
    owner: User


def provider(slug: str) -> Provider:
    """A service provider with the owner "owner@SLUG.example", just signed up: nothing verified, nothing published."""
    provider_id = create_organization(kind="provider", slug=slug, name=slug, by=CLI)
    owner = ensure_user(email=f"owner@{slug}.example", password=PASSWORD, name=f"Owner of {slug}")
    add_member(organization_id=provider_id, user=owner, role=Role.OWNER, may_export=True, by=CLI)
    return Provider(slug, provider_id, owner)


def studio() -> Provider:
    """The provider every test is about."""
    return provider("acme-studio")


def rival() -> Provider:
    """The provider who is a stranger to the studio."""
    return provider("other-studio")
