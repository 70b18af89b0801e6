"""Row-level security of programs. Claims and payouts can be inserted and moved on, never deleted."""

from django.db import migrations

from marketplace.tenancy.ddl import secure_table

KEEP = ("SELECT", "INSERT", "UPDATE")
POLICY, RUN, CLAIM = "aftersales_programpolicy", "aftersales_programrun", "aftersales_claim"


class Migration(migrations.Migration):
    dependencies = [("aftersales", "0001_initial"), ("store", "0002_security"), ("ledger", "0002_security")]
    operations = [
        secure_table(POLICY, rights=KEEP),
        secure_table(RUN, rights=KEEP, parents={"policy_id": POLICY, "shop_id": "merchants_shop", "order_id": "store_shoporder"}),
        secure_table(
            CLAIM,
            rights=KEEP,
            parents={"run_id": RUN, "order_id": "store_shoporder", "line_id": "store_shoporderline"},
        ),
        secure_table("aftersales_payout", rights=KEEP, parents={"claim_id": CLAIM}),
        secure_table("aftersales_sandboxpayment", rights=("SELECT", "INSERT")),
    ]
