"""Row-level security of profiles, and the public row's."""

from django.db import migrations

from marketplace.tenancy.ddl import public_table, secure_table

KEEP = ("SELECT", "INSERT", "UPDATE")


class Migration(migrations.Migration):
    dependencies = [("profiles", "0001_initial"), ("accounts", "0002_security")]
    operations = [
        secure_table("profiles_profile", owner="provider_id", rights=KEEP),
        secure_table("profiles_profileversion", owner="provider_id"),
        secure_table("profiles_pause", owner="provider_id"),
        secure_table("profiles_case", owner="provider_id"),
        secure_table("profiles_caseconsent", rights=KEEP),
        public_table("profiles_publicprovider"),
    ]
