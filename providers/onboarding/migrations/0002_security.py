"""Row-level security of onboarding."""

from django.db import migrations

from marketplace.tenancy.ddl import secure_table

OWNER = "provider_id"
APPEND, KEEP = ("SELECT", "INSERT"), ("SELECT", "INSERT", "UPDATE")


class Migration(migrations.Migration):
    dependencies = [("onboarding", "0001_initial")]
    operations = [
        secure_table("onboarding_application", owner=OWNER, rights=KEEP),
        secure_table("onboarding_qualification", owner=OWNER, rights=KEEP),
        secure_table("onboarding_document", owner=OWNER, rights=KEEP, parents={"qualification_id": "onboarding_qualification"}),
        # Bytes may go: a removed paper, an export that was fetched.
        secure_table("onboarding_documentchunk", owner=OWNER, parents={"document_id": "onboarding_document"}),
        secure_table("onboarding_deposittransfer", owner=OWNER, rights=KEEP),
        secure_table("onboarding_deduction", owner=OWNER, rights=APPEND),
        secure_table("onboarding_exit", owner=OWNER, rights=KEEP),
        secure_table("onboarding_export", owner=OWNER, rights=KEEP, parents={"document_id": "onboarding_document"}),
    ]
