"""Both parties see a month; the market's clock makes one, only the merchant marks it, and none is deleted."""

from django.db import migrations

from marketplace.tenancy.ddl import shared_table


class Migration(migrations.Migration):
    dependencies = [("reviews", "0003_months"), ("service", "0002_security"), ("accounts", "0006_parties_stay")]
    operations = [
        shared_table(
            "reviews_pulse",
            parents={"order_id": "service_serviceorder"},
            party_writes=False,
            rights=("SELECT", "INSERT", "UPDATE"),
            extra="DROP POLICY party_changes ON reviews_pulse;",
        ),
    ]
