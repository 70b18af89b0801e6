"""Audit rows are inserted and read, never changed."""

from django.db import migrations

from marketplace.tenancy.ddl import secure_table


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [secure_table("audit_auditevent", rights=("SELECT", "INSERT"))]
