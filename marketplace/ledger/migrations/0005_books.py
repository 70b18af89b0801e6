"""The books of hiring: merchants, providers and the market, joined by clearing accounts."""

from pathlib import Path

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0004_deposits"),
    ]

    operations = [
        migrations.RunSQL(Path(__file__).with_name("0005_books.sql").read_text(), migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="ledgeraccount",
            name="code",
            field=models.CharField(
                choices=[
                    ("refund_funding", "Refund funding"),
                    ("refunds_reserved", "Refunds reserved"),
                    ("refunds_paid", "Refunds paid to buyers"),
                    ("vouchers_issued", "Vouchers issued to buyers"),
                    ("deposit_bank", "Deposit paid by bank transfer"),
                    ("deposit_held", "Deposit held"),
                    ("deposit_deducted", "Deducted from the deposit"),
                    ("paid_in", "Paid in"),
                    ("wallet", "Wallet"),
                    ("escrow_held", "Held for contracts"),
                    ("clearing", "Between the parties' books"),
                    ("earnings_pending", "Earnings not yet available"),
                    ("earnings", "Earnings available"),
                    ("payouts_in_transit", "Payouts on their way"),
                    ("paid_out", "Paid out"),
                    ("commission", "Commission earned"),
                    ("payment_fees", "Payment fees earned"),
                    ("dispute_fees", "Dispute fees"),
                ],
                max_length=40,
                verbose_name="account",
            ),
        ),
        migrations.AddIndex(
            model_name="ledgertransfer",
            index=models.Index(fields=["merchant_id", "occurred_at", "id"], name="transfer_by_time"),
        ),
    ]
