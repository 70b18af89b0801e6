"""References to these rows are checked by the primary key, whatever the statistics say: see crowded()."""

from django.db import migrations

from marketplace.tenancy.ddl import crowded


class Migration(migrations.Migration):
    dependencies = [("ledger", "0005_books")]
    operations = [crowded("ledger_ledgertransfer")]
