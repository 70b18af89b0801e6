"""Both parties see a dispute and act in it; what happened stays."""

from django.db import migrations

from marketplace.tenancy.ddl import shared_table


class Migration(migrations.Migration):
    dependencies = [("disputes", "0001_initial"), ("service", "0002_security"), ("accounts", "0006_parties_stay")]
    operations = [
        shared_table(
            "disputes_dispute",
            parents={"order_id": "service_serviceorder", "milestone_id": "service_milestone"},
            rights=("SELECT", "INSERT", "UPDATE"),
        ),
        shared_table("disputes_disputestep", parents={"dispute_id": "disputes_dispute"}, rights=("SELECT", "INSERT")),
    ]
