"""The ledger's guards: read-only for the application, zero-sum, append-only, written by two functions."""

from pathlib import Path

from django.db import migrations

from marketplace.tenancy.ddl import secure_table

READ = ("SELECT",)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [
        secure_table("ledger_ledgeraccount", rights=READ),
        secure_table("ledger_ledgertransfer", rights=READ),
        secure_table(
            "ledger_ledgerentry",
            rights=READ,
            parents={"transfer_id": "ledger_ledgertransfer", "account_id": "ledger_ledgeraccount"},
        ),
        migrations.RunSQL(Path(__file__).with_name("0002_ledger.sql").read_text(), migrations.RunSQL.noop),
    ]
