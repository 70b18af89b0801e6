"""An account for what buyers got as vouchers."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0002_security"),
    ]

    operations = [
        migrations.AlterField(
            model_name="ledgeraccount",
            name="code",
            field=models.CharField(
                choices=[
                    ("refund_funding", "Refund funding"),
                    ("refunds_reserved", "Refunds reserved"),
                    ("refunds_paid", "Refunds paid to buyers"),
                    ("vouchers_issued", "Vouchers issued to buyers"),
                ],
                max_length=40,
                verbose_name="account",
            ),
        ),
    ]
