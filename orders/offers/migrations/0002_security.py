from django.db import migrations

from marketplace.tenancy.ddl import secure_table, shared_table


class Migration(migrations.Migration):
    dependencies = [("offers", "0001_initial"), ("accounts", "0006_parties_stay")]
    operations = [
        # The operation checks in the merchant's scope that the two know each other and that it wants offers; only there rows are made.
        shared_table("offers_coupon", party_writes=False, rights=("SELECT", "INSERT", "UPDATE")),
        secure_table("offers_offerrefusal", rights=("SELECT", "INSERT", "DELETE")),
    ]
