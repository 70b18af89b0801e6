"""Where a payout goes: a means of payment, or a voucher."""

import django.db.models.deletion
from django.db import migrations, models

import marketplace.tenancy.models


class Migration(migrations.Migration):
    dependencies = [
        ("aftersales", "0002_security"),
        ("store", "0005_coupons_tenders_gifts"),
    ]

    operations = [
        migrations.AddField(
            model_name="payout",
            name="method",
            field=models.CharField(blank=True, db_default="", default="", max_length=20, verbose_name="method"),
        ),
        migrations.AddField(
            model_name="payout",
            name="method_ref",
            field=models.CharField(blank=True, db_default="", default="", max_length=80, verbose_name="payment number"),
        ),
        migrations.AddField(
            model_name="payout",
            name="tender",
            field=marketplace.tenancy.models.TenantForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="store.ordertender",
            ),
        ),
        migrations.AddField(
            model_name="sandboxpayment",
            name="method",
            field=models.CharField(db_default="", default="", max_length=20),
        ),
        migrations.AddIndex(
            model_name="payout",
            index=models.Index(
                condition=models.Q(("tender__isnull", False)), fields=["merchant_id", "tender"], name="payout_by_tender"
            ),
        ),
    ]
