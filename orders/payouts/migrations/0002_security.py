from django.db import migrations

from marketplace.tenancy.ddl import grant, secure_table

#: A payout and its account are history: they change state, and nobody takes them away.
KEPT = ("SELECT", "INSERT", "UPDATE")


class Migration(migrations.Migration):
    dependencies = [("payouts", "0001_initial"), ("accounts", "0006_parties_stay")]
    operations = [
        secure_table("payouts_payoutaccount", owner="provider_id", rights=KEPT),
        secure_table("payouts_payout", owner="provider_id", rights=KEPT, parents={"account_id": "payouts_payoutaccount"}),
        migrations.RunSQL(grant("payouts_payoutbatch", KEPT) + grant("payouts_batchproof", ("SELECT", "INSERT"))),
    ]
