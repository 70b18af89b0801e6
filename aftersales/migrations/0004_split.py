"""Splitting claims over an order's means of payment; a payout names one of the same tenant."""

from pathlib import Path

from django.db import migrations

SPLIT = Path(__file__).with_suffix(".sql").read_text()
TENDER = """
ALTER TABLE aftersales_payout ADD CONSTRAINT aftersales_payout_tender_id_fk
  FOREIGN KEY (merchant_id, tender_id) REFERENCES store_ordertender (merchant_id, id) NOT VALID;
ALTER TABLE aftersales_payout VALIDATE CONSTRAINT aftersales_payout_tender_id_fk;
"""


class Migration(migrations.Migration):
    dependencies = [("aftersales", "0003_payouts_by_tender"), ("store", "0005_coupons_tenders_gifts")]
    operations = [
        migrations.RunSQL(SPLIT, "DROP FUNCTION split_over_tenders(bigint[], bigint[])"),
        migrations.RunSQL(TENDER, migrations.RunSQL.noop),
    ]
