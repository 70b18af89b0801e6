from django.db import migrations

from marketplace.tenancy.ddl import APP, SYSTEM, secure_table

#: Differences of the books are staff's alone: the application's role sees none.
STAFF_ONLY = f"REVOKE ALL ON payouts_bookcase FROM {APP}, {SYSTEM};GRANT SELECT, INSERT, UPDATE ON payouts_bookcase TO {SYSTEM};"


class Migration(migrations.Migration):
    dependencies = [("payouts", "0005_debts_cases")]
    operations = [
        secure_table("payouts_debthold", owner="provider_id", rights=("SELECT", "INSERT", "UPDATE")),
        migrations.RunSQL(STAFF_ONLY, migrations.RunSQL.noop),
    ]
