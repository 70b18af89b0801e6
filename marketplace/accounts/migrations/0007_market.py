"""The market as an organization: one row, whose books take commission."""

from pathlib import Path

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_parties_stay"),
    ]

    operations = [
        migrations.RunSQL(Path(__file__).with_name("0007_market.sql").read_text(), migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="organization",
            name="kind",
            field=models.CharField(
                choices=[("merchant", "Merchant"), ("provider", "Service provider"), ("market", "The market")],
                max_length=12,
                verbose_name="kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="organization",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("kind", "market"), _negated=True), ("slug", "_market"), _connector="OR"),
                name="one_market",
            ),
        ),
    ]
