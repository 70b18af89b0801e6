"""Reading deals and what became of their money. Every query names a party, on top of row-level security."""

from datetime import datetime

from django.db.models import F, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from marketplace.kernel.errors import NotFound
from marketplace.ledger.models import AccountCode, LedgerAccount
from orders.escrow.fees import ORDER, Terms
from orders.escrow.matching import Facts, first_match
from orders.escrow.models import CommissionRule, Deal, FeeLine, Hold, Release
from providers.catalogue.models import Category
from providers.scorecards.models import PublicScore


def access_deal(*, organization_id: int, pk: int) -> Deal:
    """A deal of this organization's, whichever side it is on. Raises NotFound, for others' too."""
    found = Deal.objects.filter(Q(merchant_id=organization_id) | Q(provider_id=organization_id), pk=pk).first()
    if found is None:
        raise NotFound(_("There is no such contract."))
    return found


def deal_of_order(*, merchant_id: int, order_id: int) -> Deal | None:
    """The deal of a service order, once it is signed."""
    return Deal.objects.filter(merchant_id=merchant_id, order_id=order_id).first()


def balance(organization_id: int, code: str, currency: str) -> int:
    """An account's balance in minor units, 0 when it was never opened; needs the organization's scope."""
    found = LedgerAccount.objects.filter(merchant_id=organization_id, code=code, currency=currency)
    return found.values_list("balance", flat=True).first() or 0


def balances(organization_id: int) -> dict[str, dict[str, int]]:
    """{currency: {account: minor units}} of the organization's book; needs its scope."""
    found: dict[str, dict[str, int]] = {}
    for code, currency, amount in LedgerAccount.objects.filter(merchant_id=organization_id).values_list(
        "code", "currency", "balance"
    ):
        found.setdefault(currency, {})[code] = amount
    return found


def wallet(merchant_id: int, currency: str) -> int:
    """What the merchant can use, in minor units; needs the merchant's scope."""
    return balance(merchant_id, AccountCode.WALLET.value, currency)


def held(deal: Deal) -> int:
    """What is held for the deal, in minor units."""
    left = Sum(F("amount") - F("released") - F("refunded") - F("rolled"))
    return Hold.objects.filter(merchant_id=deal.merchant_id, deal=deal).aggregate(left=left)["left"] or 0


def hold_by_key(deal: Deal, key: str) -> Hold | None:
    """The hold of one part of the deal."""
    return Hold.objects.filter(merchant_id=deal.merchant_id, deal=deal, key=key).first()


def releases_of_provider(provider_id: int) -> QuerySet[Release]:
    """A provider's releases, newest first, with deal and hold; needs its scope."""
    found = Release.objects.filter(provider_id=provider_id).select_related("deal", "hold")
    return found.order_by("-released_at", "-id")


def releases_of_merchant(merchant_id: int) -> QuerySet[Release]:
    """What a merchant has released, newest first, with deal and hold; needs its scope."""
    found = Release.objects.filter(merchant_id=merchant_id).select_related("deal", "hold")
    return found.order_by("-released_at", "-id")


def fee_lines(deal: Deal) -> list[FeeLine]:
    """The deal's frozen fees, in the order in which they take from small amounts."""
    found = FeeLine.objects.filter(merchant_id=deal.merchant_id, deal=deal)
    return sorted(found, key=lambda line: ORDER.index(line.component))


def terms_of(line: FeeLine) -> Terms:
    """A frozen line as the formula knows it."""
    return Terms(line.component, line.rate, line.fixed_minor, line.least, line.most, line.is_kept, line.waiver_id is not None)


def rule_for(*, category: str, provider_id: int, currency: str, at: datetime) -> CommissionRule:
    """The rule a deal signed at this moment falls under (G1)."""
    return first_match(CommissionRule.objects.filter(is_active=True), facts_of(category, provider_id, currency, at))


def facts_of(category: str, provider_id: int, currency: str, at: datetime) -> Facts:
    """What rules look at, with the category above and the provider's level now."""
    above = Category.objects.filter(slug=category).values_list("parent__slug", flat=True).first()
    level = PublicScore.objects.filter(provider_id=provider_id).values_list("level", flat=True).first()
    return Facts(tuple(filter(None, (category, above))), provider_id, level or 1, currency, at)
