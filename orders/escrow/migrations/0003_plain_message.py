"""A message without a percent sign, which forms would take for a place to fill in."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("escrow", "0002_security"),
    ]

    operations = [
        migrations.AlterConstraint(
            model_name="commissionrule",
            name="rule_rates",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("fixed_minor__gte", 0), ("payment_rate__range", (0, 5000)), ("service_rate__range", (0, 5000))
                ),
                name="rule_rates",
                violation_error_message="A rate lies between nothing and half, and no fee is negative.",
            ),
        ),
    ]
