from django.db import migrations

from marketplace.tenancy.ddl import public_table, secure_table, shared_table

KEPT = ("SELECT", "INSERT", "UPDATE")


class Migration(migrations.Migration):
    dependencies = [("hiring", "0001_initial"), ("accounts", "0006_parties_stay")]
    operations = [
        secure_table("hiring_brief", rights=KEPT),
        public_table("hiring_publicbrief", owner="merchant_id"),
        # Others' needs are nobody's business: only the merchant's scope makes invitations, also for answers to open needs.
        shared_table("hiring_invitation", owners={"brief_id": "hiring_brief"}, party_writes=False, rights=KEPT),
        shared_table("hiring_proposal", parents={"invitation_id": "hiring_invitation"}, rights=KEPT),
        shared_table("hiring_proposalversion", parents={"proposal_id": "hiring_proposal"}, rights=("SELECT", "INSERT")),
    ]
