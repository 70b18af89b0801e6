from django.db import migrations

from marketplace.tenancy.ddl import secure_table


class Migration(migrations.Migration):
    dependencies = [("payouts", "0008_payoutproof")]
    operations = [
        secure_table(
            "payouts_payoutproof", owner="provider_id", parents={"payout_id": "payouts_payout"}, rights=("SELECT", "INSERT")
        ),
    ]
