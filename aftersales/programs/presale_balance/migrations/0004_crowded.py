"""References to these rows are checked by the primary key, whatever the statistics say: see crowded()."""

from django.db import migrations

from marketplace.tenancy.ddl import crowded


class Migration(migrations.Migration):
    dependencies = [("presale_balance", "0003_orders_by_window")]
    operations = [crowded("presale_balance_enrolment")]
