"""The group of those who decide what waits in the inbox: they read what they decide about, and decide; nothing else."""

from django.db import migrations

from marketplace.staff.groups import seed_group

VIEW = ("view",)
RIGHTS = {
    "moderation": {
        "review": ("view", "change"), "report": VIEW, "appeal": VIEW, "penalty": VIEW, "providerstanding": VIEW,
        "reasontemplate": VIEW, "holiday": VIEW, "autoapproval": VIEW,
    },
    "onboarding": {"application": VIEW, "qualification": VIEW, "document": VIEW},
}  # fmt: skip


def make_group(apps, schema_editor):
    seed_group(apps, schema_editor, "Moderators", RIGHTS)


class Migration(migrations.Migration):
    dependencies = [
        ("moderation", "0003_vocabulary"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(make_group, migrations.RunPython.noop)]
