"""Row-level security of retention cases: inserted and moved on, never deleted; and the index that finds requests of a line."""

from django.db import migrations

from marketplace.tenancy.ddl import secure_table

CASE = "refund_retention_retentioncase"
PARENTS = {
    "run_id": "aftersales_programrun",
    "request_id": "store_refundrequest",
    "order_id": "store_shoporder",
    "line_id": "store_shoporderline",
    "buyer_id": "store_buyer",
    "claim_id": "aftersales_claim",
}
# "A second request on the same line" and "a new refund on the line" both look from the line.
BY_LINE = "CREATE INDEX IF NOT EXISTS allocation_by_line ON store_refundallocation (merchant_id, line_id);"
# See aftersales/0002_security: a merchant whose first cases are minutes old must not be taken for empty.
AVERAGE = f"ALTER TABLE {CASE} ALTER COLUMN merchant_id SET STATISTICS 0;"


class Migration(migrations.Migration):
    dependencies = [("refund_retention", "0001_initial"), ("aftersales", "0002_security"), ("store", "0002_security")]
    operations = [
        secure_table(CASE, rights=("SELECT", "INSERT", "UPDATE"), parents=PARENTS, extra=f"{AVERAGE}\n{BY_LINE}"),
    ]
