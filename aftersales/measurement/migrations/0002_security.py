"""Row-level security of experiments, and the bucket function. An assignment is never changed: only read and inserted."""

from pathlib import Path

from django.db import migrations

from marketplace.tenancy.ddl import secure_table

EXPERIMENT, ASSIGNMENT = "measurement_experiment", "measurement_assignment"


class Migration(migrations.Migration):
    dependencies = [("measurement", "0001_initial"), ("store", "0002_security")]
    operations = [
        secure_table(EXPERIMENT, rights=("SELECT", "INSERT", "UPDATE")),
        secure_table(ASSIGNMENT, rights=("SELECT", "INSERT"), parents={"experiment_id": EXPERIMENT, "buyer_id": "store_buyer"}),
        migrations.RunSQL(Path(__file__).with_name("0002_bucket.sql").read_text(), migrations.RunSQL.noop),
    ]
