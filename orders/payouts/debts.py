"""Since when a provider has owed more than is tolerated, read from the ledger. Needs the provider's scope."""

from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _

from orders.payouts.models import DebtHold
from providers.onboarding.circumstances import Act, Reason

SINCE = """
WITH running AS (
  SELECT e.id, t.occurred_at, sum(e.amount) OVER (ORDER BY e.id) AS balance
  FROM ledger_ledgerentry e
  JOIN ledger_ledgeraccount a ON a.merchant_id = e.merchant_id AND a.id = e.account_id
  JOIN ledger_ledgertransfer t ON t.merchant_id = e.merchant_id AND t.id = e.transfer_id
  WHERE e.merchant_id = %(provider)s AND a.code = 'earnings' AND a.currency = %(currency)s AND t.occurred_at <= %(at)s)
SELECT min(occurred_at) FROM running
WHERE id > coalesce((SELECT max(id) FROM running WHERE balance >= %(limit)s), 0)
"""


def below_since(provider_id: int, currency: str, *, limit: int, at: datetime) -> datetime | None:
    """From when on the earnings have been below `limit` without a break; None when they are not."""
    with connection.cursor() as cursor:
        cursor.execute(SINCE, {"provider": provider_id, "currency": currency, "limit": limit, "at": at})
        found = cursor.fetchone()[0]
    return found if isinstance(found, datetime) else None


def reasons_of_debt(provider_id: int, act: Act, at: datetime) -> list[Reason]:
    """What the gate is told: a debt that lasted hides the listings and lets nothing new be listed; work goes on and pays it."""
    if act != "list" or not DebtHold.objects.filter(provider_id=provider_id, lifted_at__isnull=True).exists():
        return []
    return [Reason("DEBT", _("The company has owed the market money for more than a week."), "/desk/earnings/")]
