"""Row-level security of API keys and repeated answers. Keys are revoked, never deleted."""

from django.db import migrations

from marketplace.tenancy.ddl import secure_table


class Migration(migrations.Migration):
    dependencies = [("api", "0001_initial"), ("accounts", "0002_security")]
    operations = [
        secure_table("api_apikey", rights=("SELECT", "INSERT", "UPDATE")),
        secure_table("api_idempotentanswer"),
    ]
