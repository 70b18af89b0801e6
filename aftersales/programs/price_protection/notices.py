"""Telling buyers what was paid back to them: a service message per order, after the payment and once.

The mark is on the payout (`notice_due`), set by the statement that books it as paid, so that no kill between paying and telling
loses a notice. Which channel is the policy's (`notice`) of the run that made the claim; without one nobody is written to.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftersales.programs.price_protection.rules import NOTICE_CHANNELS, PROGRAM
from marketplace.outbox.kinds import Answer, Kind, Outgoing, Ready, Variable
from marketplace.tenancy.scope import scope
from marketplace.ui import formats
from orders.store.models import ShopOrder

PAID = "aftersales.price_protection.paid"
BATCH = 5_000
# Payouts of one order and batch are one notice. Its key is that of its first payout, which is in no other batch.
TELL = """
WITH due AS MATERIALIZED (
  SELECT id FROM aftersales_payout
  WHERE merchant_id = %(merchant)s AND notice_due ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED),
told AS (
  UPDATE aftersales_payout p SET notice_due = false FROM due d
  WHERE p.merchant_id = %(merchant)s AND p.id = d.id
  RETURNING p.id, p.claim_id, p.amount, p.currency, p.method = 'voucher' AS is_voucher),
notice AS (
  SELECT min(t.id) AS first_id, c.order_id, o.buyer_id, t.currency, u.settings ->> 'notice' AS channel,
         sum(t.amount)::bigint AS amount, bool_and(t.is_voucher) AS is_voucher
  FROM told t
  JOIN aftersales_claim c ON c.merchant_id = %(merchant)s AND c.id = t.claim_id AND c.program = %(program)s
  JOIN aftersales_programrun u ON u.merchant_id = %(merchant)s AND u.id = c.run_id AND u.settings ->> 'notice' IS NOT NULL
  JOIN store_shoporder o ON o.merchant_id = %(merchant)s AND o.id = c.order_id AND o.buyer_id IS NOT NULL
  GROUP BY c.order_id, o.buyer_id, t.currency, u.settings ->> 'notice'),
sent AS (
  INSERT INTO outbox_message (merchant_id, kind, channel, consent_class, recipient_id, subject_id, data, effect_key, run_at)
  SELECT %(merchant)s, %(kind)s, channel, 'service', buyer_id, order_id,
         jsonb_build_object('amount', amount, 'currency', currency, 'is_voucher', is_voucher),
         'price_protection:payout:' || first_id || ':paid', %(at)s
  FROM notice ORDER BY first_id
  ON CONFLICT (merchant_id, effect_key) DO NOTHING
  RETURNING 1)
SELECT (SELECT count(*) FROM told), (SELECT count(*) FROM sent)
"""


def tell_paid(*, merchant_id: int, at: datetime) -> int:
    """Enqueue a notice for every order something was paid back on; how many. Doing it twice tells nobody twice."""
    values: dict[str, Any] = {"merchant": merchant_id, "limit": BATCH, "program": PROGRAM, "kind": PAID, "at": at}
    told = 0
    while True:
        with scope(merchant_id), connection.cursor() as cursor:
            cursor.execute(TELL, values)
            seen, sent = cursor.fetchone()
        told += sent
        if seen < BATCH:
            return told


def prepare(merchant_id: int, messages: Sequence[Outgoing]) -> Mapping[int, Answer]:
    """The outbox asks this inside the sending transaction. What was paid stays paid: nothing is dropped."""
    orders = ShopOrder.objects.filter(merchant_id=merchant_id, pk__in=[m.subject_id for m in messages]).select_related("shop")
    by_id = {order.pk: order for order in orders}
    return {m.id: _words(m, by_id[m.subject_id]) for m in messages if m.subject_id is not None and m.subject_id in by_id}


def _words(message: Outgoing, order: ShopOrder) -> Ready:
    chosen = message.language or (message.address.language if message.address else "")
    with translation.override("en" if chosen.lower().startswith("en") else "zh-hans"):
        return Ready(
            {
                "shop": order.shop.name,
                "order": order.external_ref,
                "amount": formats.money(message.data["amount"], message.data["currency"]),
                "how": _("as a voucher") if message.data["is_voucher"] else _("to the account you paid from"),
            }
        )


KIND = Kind(
    name=PAID,
    program=PROGRAM,
    consent_class="service",
    variables=(
        Variable("shop", gettext_lazy("the shop's name"), gettext_lazy("Lamp shop")),
        Variable("order", gettext_lazy("the order's number"), "A1024"),
        Variable("amount", gettext_lazy("what was paid back"), "¥25.00"),
        Variable("how", gettext_lazy("where the money went"), gettext_lazy("to the account you paid from")),
    ),
    prepare=prepare,
    label=gettext_lazy("Price protection was paid"),
    channels=NOTICE_CHANNELS,
)
