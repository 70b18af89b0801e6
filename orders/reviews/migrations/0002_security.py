"""Both parties see the round, each only what it wrote itself, and everybody what is published."""

from django.db import migrations

from marketplace.tenancy.ddl import public_table, secure_table, shared_table


class Migration(migrations.Migration):
    dependencies = [("reviews", "0001_initial"), ("service", "0002_security"), ("accounts", "0006_parties_stay")]
    operations = [
        shared_table("reviews_reviewround", parents={"order_id": "service_serviceorder"}, rights=("SELECT", "INSERT", "UPDATE")),
        secure_table("reviews_merchantsealed", parents={"round_id": "reviews_reviewround"}, rights=("SELECT", "INSERT")),
        secure_table("reviews_providersealed", owner="provider_id", rights=("SELECT", "INSERT")),
        public_table("reviews_publicreview"),
    ]
