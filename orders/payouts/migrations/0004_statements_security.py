from django.db import migrations

from marketplace.tenancy.ddl import secure_table


class Migration(migrations.Migration):
    dependencies = [("payouts", "0003_statement")]
    operations = [secure_table("payouts_statement", owner="provider_id", rights=("SELECT", "INSERT"))]
