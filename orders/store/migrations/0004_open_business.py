"""Indexes on what is still open: balances to be paid, refund requests; and buyers by phone number."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("store", "0003_contacts_presale_refund_words")]
    operations = [
        AddIndexConcurrently(
            model_name="buyer",
            index=models.Index(
                condition=models.Q(("phone_hash", ""), _negated=True), fields=["merchant_id", "phone_hash"], name="buyer_by_phone"
            ),
        ),
        AddIndexConcurrently(
            model_name="refundrequest",
            index=models.Index(
                condition=models.Q(("outcome", "open")), fields=["merchant_id", "requested_at", "id"], name="refund_request_open"
            ),
        ),
        AddIndexConcurrently(
            model_name="shoporder",
            index=models.Index(
                condition=models.Q(("balance_paid_at__isnull", True), ("deposit_paid_at__isnull", False)),
                fields=["merchant_id", "balance_opens_at", "id"],
                name="shop_order_owing",
            ),
        ),
    ]
