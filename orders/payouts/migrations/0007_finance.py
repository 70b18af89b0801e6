"""The group of those who pay out: batches and payouts, what they are compared with, and nobody's account or papers."""

from django.db import migrations

from marketplace.staff.groups import seed_group

VIEW = ("view",)
RIGHTS = {
    "payouts": {
        "payoutbatch": ("view", "add", "change"), "payout": ("view", "change"), "payoutaccount": VIEW, "batchproof": ("view", "add"),
        "statement": VIEW, "debthold": VIEW, "bookcase": ("view", "add", "change"),
    },
    "escrow": {"deal": VIEW, "release": VIEW, "reversal": VIEW},
}  # fmt: skip


def make_group(apps, schema_editor):
    seed_group(apps, schema_editor, "Finance", RIGHTS)


class Migration(migrations.Migration):
    dependencies = [
        ("payouts", "0006_debts_security"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(make_group, migrations.RunPython.noop)]
