"""The trigger function with which tables of two parties keep their parties."""

from django.db import migrations

from marketplace.tenancy.ddl import PARTIES_STAY


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_names")]
    operations = [PARTIES_STAY]
