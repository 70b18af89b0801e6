"""Those who pay out issue the market's fapiao, and keep the bank's slips; as far as operators left their group as it was made."""

from django.db import migrations

from marketplace.staff.groups import extend_group

RIGHTS = {"invoices": {"commissioninvoice": ("view", "change"), "serviceinvoice": ("view",)}}


def add_rights(apps, schema_editor):
    extend_group(apps, schema_editor, "Finance", RIGHTS)


class Migration(migrations.Migration):
    dependencies = [("invoices", "0002_security"), ("payouts", "0007_finance")]
    operations = [migrations.RunPython(add_rights, migrations.RunPython.noop)]
