"""Row-level security of autopay: the merchant's own, read across tenants by the sweep alone."""

from django.db import migrations

from marketplace.tenancy.ddl import secure_table

KEEP = ("SELECT", "INSERT", "UPDATE")


class Migration(migrations.Migration):
    dependencies = [("payments", "0004_autopay"), ("accounts", "0006_parties_stay")]
    operations = [
        secure_table("payments_autopay", rights=KEEP),
        secure_table(
            "payments_autopayinvoice", rights=KEEP,
            parents={"autopay_id": "payments_autopay", "pay_in_id": "payments_payin"},
        ),
    ]  # fmt: skip
