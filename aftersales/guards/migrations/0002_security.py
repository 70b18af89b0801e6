"""Row-level security of the guards, and the functions that count what is spent."""

from pathlib import Path

from django.db import migrations

from marketplace.tenancy.ddl import secure_table

KEEP = ("SELECT", "INSERT", "UPDATE")


class Migration(migrations.Migration):
    dependencies = [("guards", "0001_initial"), ("merchants", "0002_security")]
    operations = [
        secure_table("guards_budget", rights=KEEP),
        secure_table("guards_budgetuse", rights=KEEP, parents={"budget_id": "guards_budget"}),
        secure_table("guards_killswitch", rights=KEEP),
        secure_table("guards_alert", rights=KEEP),
        migrations.RunSQL(Path(__file__).with_name("0002_guard_spend.sql").read_text(), migrations.RunSQL.noop),
    ]
