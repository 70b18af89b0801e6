"""Row-level security, composite keys and the indexes the programs depend on."""

from django.db import migrations

from marketplace.tenancy.ddl import secure_table

SHOP, BUYER, SKU = "merchants_shop", "store_buyer", "store_sku"
ORDER, LINE, BATCH, REQUEST = "store_shoporder", "store_shoporderline", "store_importbatch", "store_refundrequest"

# An undelivered line is protected until further notice. As a stored bound it keeps the range condition on a plain column,
# which stays an index condition under a row-level security policy; an expression would become a filter. Lines that
# took longer than 30 days to arrive have an index of their own: see the price-protection selection.
LINE_BOUNDS = """
ALTER TABLE store_shoporderline
  ADD COLUMN delivered_bound timestamptz GENERATED ALWAYS AS (coalesce(delivered_at, 'infinity'::timestamptz)) STORED,
  ADD COLUMN completed_bound timestamptz GENERATED ALWAYS AS (coalesce(completed_at, 'infinity'::timestamptz)) STORED,
  ADD COLUMN is_slow boolean GENERATED ALWAYS AS (coalesce(delivered_at - paid_at > interval '30 days', true)) STORED;
CREATE INDEX line_by_sku_delivered ON store_shoporderline (merchant_id, sku_id, delivered_bound) WHERE NOT is_slow;
CREATE INDEX line_by_sku_slow ON store_shoporderline (merchant_id, sku_id, delivered_bound, paid_at) WHERE is_slow;
CREATE INDEX line_by_sku_deposit ON store_shoporderline (merchant_id, sku_id, deposit_paid_at) WHERE deposit_paid_at IS NOT NULL;
ALTER TABLE store_shoporderline SET (autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
"""

ORDERS_BY_BUYER = "CREATE INDEX shop_order_by_buyer ON store_shoporder (merchant_id, buyer_id);"

STAGING = """
CREATE TABLE store_stagedrow (
  merchant_id bigint NOT NULL, batch_id bigint NOT NULL, bucket smallint NOT NULL, row_no bigint NOT NULL, kind "char" NOT NULL,
  order_ref text NOT NULL, sku text NOT NULL, title text, category text, quantity integer NOT NULL,
  unit_amount bigint NOT NULL, paid_amount bigint NOT NULL, buyer_ref text, placed_at timestamptz NOT NULL,
  channel text NOT NULL, tier text NOT NULL, extra jsonb);
CREATE INDEX staged_by_bucket ON store_stagedrow (merchant_id, batch_id, bucket);
"""


class Migration(migrations.Migration):
    dependencies = [("store", "0001_initial"), ("merchants", "0002_security")]
    operations = [
        secure_table(BUYER, parents={"shop_id": SHOP}),
        secure_table(SKU, parents={"shop_id": SHOP}),
        secure_table(ORDER, parents={"shop_id": SHOP, "buyer_id": BUYER}, extra=ORDERS_BY_BUYER),
        secure_table(LINE, parents={"order_id": ORDER, "sku_id": SKU}, extra=LINE_BOUNDS),
        secure_table("store_pricepoint", parents={"sku_id": SKU}),
        secure_table("store_promotion", parents={"shop_id": SHOP}),
        secure_table(REQUEST, parents={"shop_id": SHOP, "buyer_id": BUYER, "sku_id": SKU}),
        secure_table("store_refundallocation", parents={"request_id": REQUEST, "line_id": LINE}),
        secure_table(BATCH, parents={"shop_id": SHOP, "corrects_id": BATCH}),
        secure_table("store_quarantinedrow", parents={"batch_id": BATCH}),
        migrations.RunSQL(STAGING, migrations.RunSQL.noop),
        secure_table("store_stagedrow", rekey=False),
    ]
