"""Labels are taken back by emptying them, so that nobody needs to delete."""

from django.db import migrations, models

from marketplace.tenancy.ddl import grant

LABEL = "retention_intents_intentlabel"


class Migration(migrations.Migration):
    dependencies = [("retention_intents", "0002_security")]
    operations = [
        migrations.AlterField("intentlabel", "intent", models.CharField("intent", max_length=24, blank=True)),
        migrations.RunSQL(grant(LABEL, ("SELECT", "INSERT", "UPDATE")), migrations.RunSQL.noop),
    ]
