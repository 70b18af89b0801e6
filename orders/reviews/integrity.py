"""Whether what is said about a contract counts: it was paid, the money stayed, and the two are strangers to each other."""

from datetime import datetime, timedelta

from django.db import connections
from django.db.models import Sum

from marketplace.accounts.models import Membership
from marketplace.tenancy.scope import scope
from orders.escrow.models import Hold, Release
from orders.payments.models import PayBack, PayIn
from orders.payouts.models import PayoutAccount
from orders.reviews import policies
from orders.service.models import ServiceOrder

#: The first one's people sell in a company that the second one's people hire for.
CIRCLE = """
SELECT EXISTS (
  SELECT 1
    FROM service_serviceorder found
    JOIN accounts_membership sells ON sells.organization_id = found.provider_id
    JOIN accounts_membership ours ON ours.user_id = sells.user_id AND ours.organization_id = %s
    JOIN accounts_membership hires ON hires.organization_id = found.merchant_id
    JOIN accounts_membership theirs ON theirs.user_id = hires.user_id AND theirs.organization_id = %s
   WHERE found.signed_at > %s)
"""
LOOKS_BACK = timedelta(days=365)


def judge(order: ServiceOrder, at: datetime) -> tuple[str, str]:
    """(verdict, reason) for what the parties say about a contract; opens the scopes it needs."""
    with scope(order.merchant_id):
        found = {"merchant_id": order.merchant_id, "deal_id": order.deal_id}
        held = Hold.objects.filter(**found).aggregate(a=Sum("amount"), r=Sum("released"), b=Sum("refunded"), m=Sum("rolled"))
        taken = Release.objects.filter(**found).aggregate(n=Sum("reversed"))["n"] or 0
    funded, back = (held["a"] or 0) - (held["m"] or 0), (held["b"] or 0) + taken
    return policies.judged(funded=funded, released=held["r"] or 0, back=back, tie=_tie(order, at))


def _tie(order: ServiceOrder, at: datetime) -> str:
    """How the two belong together, if they do."""
    if policies.share_people(_people(order.merchant_id), _people(order.provider_id)):
        return "same_people"
    if policies.names(_payers(order.merchant_id)) & policies.names(_payees(order.provider_id)):
        return "same_bank"
    return "circular" if _hire_each_other(order, at) else ""


def _people(organization_id: int) -> list[tuple[int, str]]:
    with scope(organization_id):
        return list(Membership.objects.filter(organization_id=organization_id).values_list("user_id", "user__email"))


def _payers(merchant_id: int) -> list[str]:
    """Whose accounts the merchant's money came from and went back to."""
    with scope(merchant_id):
        paid_in = PayIn.objects.filter(merchant_id=merchant_id, state="succeeded").values_list("payer", flat=True)
        return [*paid_in.distinct(), *PayBack.objects.filter(merchant_id=merchant_id).values_list("holder", flat=True).distinct()]


def _payees(provider_id: int) -> list[str]:
    with scope(provider_id):
        return list(PayoutAccount.objects.filter(provider_id=provider_id).values_list("holder", flat=True).distinct())


def _hire_each_other(order: ServiceOrder, at: datetime) -> bool:
    """Over all companies, as the system role; answers yes or no and nothing else."""
    with connections["system"].cursor() as cursor:
        cursor.execute(CIRCLE, [order.merchant_id, order.provider_id, at - LOOKS_BACK])
        return bool(cursor.fetchone()[0])
