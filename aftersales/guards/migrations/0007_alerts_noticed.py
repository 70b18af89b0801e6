"""An alert tells the merchant's people, through the outbox."""

from pathlib import Path

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("guards", "0006_security"), ("outbox", "0001_initial")]
    operations = [
        migrations.RunSQL(Path(__file__).with_name("0007_alerts_noticed.sql").read_text(), migrations.RunSQL.noop),
    ]
