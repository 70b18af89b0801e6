from django.db import migrations

from marketplace.tenancy.ddl import shared_table


class Migration(migrations.Migration):
    dependencies = [("shifts", "0001_initial"), ("service", "0002_security"), ("accounts", "0006_parties_stay")]
    operations = [
        shared_table("shifts_timesheet", parents={"order_id": "service_serviceorder"}, rights=("SELECT", "INSERT", "UPDATE")),
    ]
