"""Row-level security of shortlists and saved searches."""

from django.db import migrations

from marketplace.tenancy.ddl import secure_table


class Migration(migrations.Migration):
    dependencies = [("shortlists", "0001_initial"), ("merchants", "0002_security")]
    operations = [
        secure_table("shortlists_shortlist"),
        secure_table("shortlists_shortlistitem", parents={"shortlist_id": "shortlists_shortlist"}),
        secure_table("shortlists_itemnote", parents={"item_id": "shortlists_shortlistitem"}),
        secure_table("shortlists_savedsearch"),
    ]
