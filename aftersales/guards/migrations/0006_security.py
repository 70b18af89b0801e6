"""Row-level security of the comparisons of the books."""

from django.db import migrations

from marketplace.tenancy.ddl import secure_table


class Migration(migrations.Migration):
    dependencies = [("guards", "0005_reconciliation_run")]
    operations = [secure_table("guards_reconciliationrun", rights=("SELECT", "INSERT", "UPDATE"))]
