"""Row-level security of settings, breakers, holds, approvals and cases, and the function programs ask about new claims."""

from pathlib import Path

from django.db import migrations

from marketplace.tenancy.ddl import secure_table

KEEP = ("SELECT", "INSERT", "UPDATE")


class Migration(migrations.Migration):
    dependencies = [("guards", "0003_settings_holds_approvals_cases")]
    operations = [
        secure_table("guards_guardsettings", rights=KEEP),
        secure_table("guards_spendhour", rights=KEEP),
        secure_table("guards_breaker", rights=KEEP),
        secure_table("guards_skuhold", rights=KEEP, parents={"sku_id": "store_sku"}),
        secure_table("guards_approval", rights=KEEP),
        secure_table(
            "guards_reconciliationcase",
            rights=KEEP,
            parents={"order_id": "store_shoporder", "payout_id": "aftersales_payout"},
        ),
        secure_table("guards_casenote", rights=("SELECT", "INSERT"), parents={"case_id": "guards_reconciliationcase"}),
        migrations.RunSQL(Path(__file__).with_name("0004_guard_verdicts.sql").read_text(), migrations.RunSQL.noop),
    ]
