"""Row-level security of link uses: recorded once, never changed."""

from django.db import migrations

from marketplace.tenancy.ddl import secure_table


class Migration(migrations.Migration):
    dependencies = [("buyers", "0001_initial"), ("store", "0002_security")]
    operations = [secure_table("buyers_linkuse", rights=("SELECT", "INSERT"), parents={"buyer_id": "store_buyer"})]
