"""Presale orders by the end of their window, paid or not: what enrolling reads, also for a moment in the past."""

from django.db import migrations

BY_WINDOW = """
CREATE INDEX CONCURRENTLY IF NOT EXISTS shop_order_presale ON store_shoporder (merchant_id, balance_closes_at)
WHERE deposit_paid_at IS NOT NULL
"""


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("presale_balance", "0002_security")]
    operations = [migrations.RunSQL(BY_WINDOW, "DROP INDEX CONCURRENTLY IF EXISTS shop_order_presale")]
