"""Row-level security, the doors to the ledger, and the rule for everything else."""

from pathlib import Path

from django.db import migrations

from marketplace.tenancy.ddl import APP, shared_table

KEEP = ("SELECT", "INSERT", "UPDATE")
APPEND = ("SELECT", "INSERT")
DEAL = {"deal_id": "escrow_deal"}
HOLD = {**DEAL, "hold_id": "escrow_hold"}
STAFFS = "escrow_commissionrule, escrow_waiver"
DEFAULT = (
    "INSERT INTO escrow_commissionrule (position, name_zh, name_en, is_active, is_default, category, currency, service_rate,"
    " payment_rate, fixed_minor, on_refund)"
    " VALUES (1000, '标准佣金', 'Standard commission', true, true, '', '', 500, 0, 0, 'pro_rata');"
)


class Migration(migrations.Migration):
    dependencies = [("escrow", "0001_initial"), ("accounts", "0007_market"), ("ledger", "0005_books")]
    operations = [
        shared_table("escrow_deal", party_writes=False, rights=KEEP),
        shared_table("escrow_feeline", party_writes=False, parents=DEAL, rights=APPEND),
        shared_table("escrow_hold", parents=DEAL, rights=KEEP),
        shared_table("escrow_release", parents=HOLD, rights=KEEP),
        shared_table("escrow_refund", parents=HOLD, rights=APPEND),
        shared_table("escrow_roll", parents={**HOLD, "to_hold_id": "escrow_hold"}, rights=APPEND),
        shared_table("escrow_reversal", parents={**DEAL, "release_id": "escrow_release"}, rights=APPEND),
        migrations.RunSQL(
            f"REVOKE INSERT, UPDATE, DELETE ON {STAFFS} FROM {APP}; {DEFAULT}",
            "DELETE FROM escrow_commissionrule WHERE is_default;",
        ),
        migrations.RunSQL(Path(__file__).with_name("0002_escrow.sql").read_text(), migrations.RunSQL.noop),
    ]
