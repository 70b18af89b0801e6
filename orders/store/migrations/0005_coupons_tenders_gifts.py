"""Coupons and who holds them, means of payment of an order, values of gifts: what price protection compares and pays."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import marketplace.tenancy.models
from marketplace.tenancy.ddl import secure_table


class Migration(migrations.Migration):
    dependencies = [
        ("merchants", "0003_language"),
        ("store", "0004_open_business"),
    ]

    operations = [
        migrations.AddField(
            model_name="pricepoint",
            name="gift_amount",
            field=models.BigIntegerField(db_default=0, default=0, verbose_name="value of the gifts with a unit"),
        ),
        migrations.AddField(
            model_name="shoporderline",
            name="gift_amount",
            field=models.BigIntegerField(db_default=0, default=0, verbose_name="value of the gifts that came with it"),
        ),
        migrations.CreateModel(
            name="Coupon",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("merchant_id", models.BigIntegerField(verbose_name="merchant")),
                ("code", models.CharField(max_length=60, verbose_name="code")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("face_amount", models.BigIntegerField(verbose_name="face value")),
                ("threshold_amount", models.BigIntegerField(default=0, verbose_name="from a total of")),
                ("is_public", models.BooleanField(default=True, verbose_name="anybody may claim it")),
                ("valid_from", models.DateTimeField(verbose_name="from")),
                ("valid_to", models.DateTimeField(null=True, verbose_name="to")),
                (
                    "sku_codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=80),
                        blank=True,
                        null=True,
                        size=None,
                        verbose_name="products (empty: all)",
                    ),
                ),
                (
                    "shop",
                    marketplace.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="merchants.shop",
                    ),
                ),
            ],
            options={
                "verbose_name": "coupon",
                "verbose_name_plural": "coupons",
            },
        ),
        migrations.CreateModel(
            name="CouponHolding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("merchant_id", models.BigIntegerField(verbose_name="merchant")),
                (
                    "state",
                    models.CharField(
                        choices=[("held", "Held"), ("used", "Used"), ("voided", "Voided")],
                        default="held",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("used_for", models.CharField(blank=True, db_default="", default="", max_length=100, verbose_name="used for")),
                (
                    "buyer",
                    marketplace.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="store.buyer",
                    ),
                ),
                (
                    "coupon",
                    marketplace.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="holdings",
                        to="store.coupon",
                    ),
                ),
            ],
            options={
                "verbose_name": "buyer's coupon",
                "verbose_name_plural": "buyers' coupons",
            },
        ),
        migrations.CreateModel(
            name="OrderTender",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("merchant_id", models.BigIntegerField(verbose_name="merchant")),
                ("position", models.IntegerField(verbose_name="position")),
                ("method", models.CharField(max_length=20, verbose_name="method")),
                ("reference", models.CharField(blank=True, max_length=80, verbose_name="payment number")),
                ("captured_amount", models.BigIntegerField(verbose_name="captured")),
                ("refunded_amount", models.BigIntegerField(default=0, verbose_name="refunded")),
                (
                    "order",
                    marketplace.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="tenders",
                        to="store.shoporder",
                    ),
                ),
            ],
            options={
                "verbose_name": "means of payment",
                "verbose_name_plural": "means of payment",
            },
        ),
        migrations.AddConstraint(
            model_name="coupon",
            constraint=models.UniqueConstraint(fields=("merchant_id", "shop", "code"), name="coupon_once"),
        ),
        migrations.AddConstraint(
            model_name="coupon",
            constraint=models.CheckConstraint(
                condition=models.Q(("face_amount__gt", 0), ("threshold_amount__gte", 0)), name="coupon_amounts"
            ),
        ),
        migrations.AddConstraint(
            model_name="coupon",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_to__isnull", True), ("valid_to__gt", models.F("valid_from")), _connector="OR"),
                name="coupon_interval",
            ),
        ),
        migrations.AddConstraint(
            model_name="couponholding",
            constraint=models.UniqueConstraint(fields=("merchant_id", "coupon", "buyer"), name="holding_once"),
        ),
        migrations.AddConstraint(
            model_name="ordertender",
            constraint=models.UniqueConstraint(fields=("merchant_id", "order", "position"), name="tender_once"),
        ),
        migrations.AddConstraint(
            model_name="ordertender",
            constraint=models.CheckConstraint(
                condition=models.Q(("refunded_amount__gte", 0), ("refunded_amount__lte", models.F("captured_amount"))),
                name="tender_amounts",
            ),
        ),
        secure_table("store_coupon", parents={"shop_id": "merchants_shop"}),
        secure_table("store_couponholding", parents={"coupon_id": "store_coupon", "buyer_id": "store_buyer"}),
        secure_table("store_ordertender", parents={"order_id": "store_shoporder"}),
    ]
