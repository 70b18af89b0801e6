"""The people of a load run: merchants with full wallets, and providers who can take any number of orders."""

from importlib import import_module

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils import timezone

from marketplace.accounts.models import Membership, User
from marketplace.accounts.operations import add_member, create_organization, ensure_user
from marketplace.accounts.roles import Role
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from orders.escrow.operations import credit_wallet
from providers.listings.models import PublicListing
from providers.onboarding.gate import may
from providers.profiles.operations import save_capacity
from providers.profiles.queries.profile import profile_of

MOST_OFFERS = 20


def session_of(user: User) -> str:
    """The key of a signed-in session."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY], store[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store.save()
    return str(store.session_key)


def crowd(merchants: int, purse: int) -> list[str]:
    """Sessions of so many owners, each of a merchant of his own."""
    found = []
    for n in range(merchants):
        slug = f"load-{n}"
        merchant_id = create_organization(kind="merchant", slug=slug, name=f"Load {n}", by=CLI)
        user = ensure_user(email=f"owner@{slug}.example", password="not used here at all")  # noqa: S106
        add_member(organization_id=merchant_id, user=user, role=Role.OWNER, may_export=False, by=CLI)
        with scope(merchant_id):
            credit_wallet(
                merchant_id=merchant_id, amount=purse, currency="CNY", key="load", kind="paid_in", at=timezone.now(), by=CLI
            )
        found.append(session_of(user))
    return found


def offers() -> list[tuple[str, str]]:
    """(slug, session of its provider's owner) of listings with a fixed price that can be ordered now."""
    found = []
    for listing in PublicListing.objects.filter(pricing_model="fixed", currency="CNY").order_by("slug"):
        with scope(listing.provider_id):
            owner_id = Membership.objects.filter(organization_id=listing.provider_id, role="owner").values_list(
                "user_id", flat=True
            )
            owner = User.objects.get(pk=owner_id[0])
            row = profile_of(listing.provider_id)
        save_capacity(
            provider_id=listing.provider_id, max_active_jobs=None, contact_days=row.contact_days, contact_from=row.contact_from,
            contact_until=row.contact_until, timezone=row.timezone, by=CLI, at=timezone.now(),
        )  # fmt: skip
        if may(listing.provider_id, "take_orders", listing.category.slug).allowed:
            found.append((listing.slug, session_of(owner)))
        if len(found) == MOST_OFFERS:
            break
    return found
