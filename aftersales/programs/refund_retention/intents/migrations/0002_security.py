"""Row-level security of labels and trainings. Labels can be taken back; trainings are kept."""

from django.db import migrations

from marketplace.tenancy.ddl import secure_table


class Migration(migrations.Migration):
    dependencies = [("retention_intents", "0001_initial"), ("store", "0002_security")]
    operations = [
        secure_table("retention_intents_intentlabel", parents={"request_id": "store_refundrequest"}),
        secure_table("retention_intents_intenttraining", rights=("SELECT", "INSERT", "UPDATE")),
    ]
