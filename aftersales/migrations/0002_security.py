"""Row-level security of programs. Claims and payouts can be inserted and moved on, never deleted."""

from django.db import migrations

from marketplace.tenancy.ddl import secure_table

KEEP = ("SELECT", "INSERT", "UPDATE")
POLICY, RUN, CLAIM = "aftersales_programpolicy", "aftersales_programrun", "aftersales_claim"

# Without statistics on the tenant every merchant is taken for an average one. With them a merchant whose first claims are minutes
# old is taken for empty: any index that starts with the tenant then looks as good as the right one, and each line's claims are
# looked for among all of the merchant's.
AVERAGE = "ALTER TABLE {} ALTER COLUMN merchant_id SET STATISTICS 0;"


class Migration(migrations.Migration):
    dependencies = [("aftersales", "0001_initial"), ("store", "0002_security"), ("ledger", "0002_security")]
    operations = [
        secure_table(POLICY, rights=KEEP),
        secure_table(RUN, rights=KEEP, parents={"policy_id": POLICY, "shop_id": "merchants_shop", "order_id": "store_shoporder"}),
        secure_table(
            CLAIM,
            rights=KEEP,
            parents={"run_id": RUN, "order_id": "store_shoporder", "line_id": "store_shoporderline"},
            extra=AVERAGE.format(CLAIM),
        ),
        secure_table("aftersales_payout", rights=KEEP, parents={"claim_id": CLAIM}, extra=AVERAGE.format("aftersales_payout")),
        secure_table("aftersales_sandboxpayment", rights=("SELECT", "INSERT")),
    ]
