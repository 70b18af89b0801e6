"""Row-level security of views."""

from django.db import migrations

from marketplace.tenancy.ddl import secure_table


class Migration(migrations.Migration):
    dependencies = [("insights", "0001_initial"), ("accounts", "0006_parties_stay")]
    operations = [secure_table("insights_listingviews", owner="provider_id", rights=("SELECT", "INSERT", "UPDATE"))]
