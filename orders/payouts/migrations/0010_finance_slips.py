"""Those who pay out keep the bank's slips of single payouts; as far as operators left their group as it was made."""

from django.db import migrations

from marketplace.staff.groups import extend_group


def add_rights(apps, schema_editor):
    extend_group(apps, schema_editor, "Finance", {"payouts": {"payoutproof": ("view", "add")}})


class Migration(migrations.Migration):
    dependencies = [("payouts", "0009_proofs_security")]
    operations = [migrations.RunPython(add_rights, migrations.RunPython.noop)]
