"""Row-level security of scores: events are only ever added."""

from django.db import migrations

from marketplace.tenancy.ddl import public_table, secure_table

KEEP = ("SELECT", "INSERT", "UPDATE")
ADD = ("SELECT", "INSERT")


class Migration(migrations.Migration):
    dependencies = [("scorecards", "0001_initial"), ("accounts", "0002_security")]
    operations = [
        secure_table("scorecards_scoreevent", owner="provider_id", rights=ADD),
        secure_table("scorecards_strike", owner="provider_id", rights=ADD, parents={"event_id": "scorecards_scoreevent"}),
        secure_table("scorecards_scorecard", owner="provider_id", rights=KEEP),
        secure_table("scorecards_levelstate", owner="provider_id", rights=KEEP),
        secure_table("scorecards_improvementplan", owner="provider_id", rights=KEEP),
        public_table("scorecards_publicscore"),
    ]
