"""A provider gives back and agrees to splits in its own scope, but never takes money out of the merchant's wallet."""

from pathlib import Path

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("escrow", "0003_plain_message")]
    operations = [migrations.RunSQL(Path(__file__).with_name("0004_own_wallet.sql").read_text(), migrations.RunSQL.noop)]
