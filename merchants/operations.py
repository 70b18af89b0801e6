"""Creating merchants and shops."""

from datetime import datetime
from zoneinfo import available_timezones

from django.conf import settings

from marketplace.accounts.models import Organization
from marketplace.accounts.operations import create_organization
from marketplace.audit.operations import record
from marketplace.kernel.errors import UserError
from marketplace.kernel.money import is_currency
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from merchants.models import MerchantProfile, Platform, Shop


def open_profile(organization_id: int, kind: str, at: datetime) -> None:
    """A merchant's empty profile, in the transaction that founds it. For `on_founded`."""
    if kind == Organization.Kind.MERCHANT:
        MerchantProfile.objects.get_or_create(merchant_id=organization_id)


def add_shop(
    *,
    merchant: str,
    shop: str,
    currency: str,
    timezone: str,
    by: Actor,
    merchant_name: str = "",
    shop_name: str = "",
    platform: str = Platform.OTHER,
    prices_include_tax: bool = True,
    language: str = settings.LANGUAGE_CODE,
) -> tuple[Shop, bool]:
    """A shop of a merchant, and whether it is new; the merchant is created when new. Raises UserError."""
    if not is_currency(currency):
        raise UserError(f"{currency!r} is not a currency code such as GBP or CNY.")
    if timezone not in available_timezones():
        raise UserError(f"{timezone!r} is not a time zone such as Europe/London.")
    if language not in dict(settings.LANGUAGES):
        raise UserError(f"{language!r} is none of the languages {', '.join(dict(settings.LANGUAGES))}.")
    merchant_id = create_organization(kind=Organization.Kind.MERCHANT, slug=merchant, name=merchant_name or merchant, by=by)
    with scope(merchant_id):
        MerchantProfile.objects.get_or_create(merchant_id=merchant_id)
        found, created = Shop.objects.get_or_create(
            merchant_id=merchant_id,
            slug=shop,
            defaults={
                "name": shop_name or shop,
                "currency": currency,
                "timezone": timezone,
                "platform": platform,
                "prices_include_tax": prices_include_tax,
                "language": language,
            },
        )
        if not created and (found.currency, found.timezone) != (currency, timezone):
            raise UserError(f"The shop {shop!r} exists with {found.currency} and {found.timezone}; neither can be changed.")
        if created:
            record(merchant_id=merchant_id, by=by, action="merchants.shop.added", facts={"shop": shop, "currency": currency})
    return found, created
