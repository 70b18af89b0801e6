"""Row-level security of moderation. Nothing is ever deleted; staff's own tables are read-only for the application."""

from django.db import migrations

from marketplace.tenancy.ddl import APP, secure_table

KEEP = ("SELECT", "INSERT", "UPDATE")
STAFFS = "moderation_reasontemplate, moderation_holiday, moderation_autoapproval"


class Migration(migrations.Migration):
    dependencies = [("moderation", "0001_initial"), ("accounts", "0002_security")]
    operations = [
        secure_table("moderation_review", owner="provider_id", rights=KEEP),
        secure_table("moderation_penalty", owner="provider_id", rights=KEEP),
        secure_table("moderation_providerstanding", owner="provider_id", rights=KEEP),
        secure_table("moderation_appeal", owner="provider_id", rights=KEEP),
        secure_table("moderation_report", rights=KEEP),
        migrations.RunSQL(f"REVOKE INSERT, UPDATE, DELETE ON {STAFFS} FROM {APP};", migrations.RunSQL.noop),
    ]
