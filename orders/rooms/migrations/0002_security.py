"""Both parties see their conversations; nobody changes what was said."""

from django.db import migrations

from marketplace.tenancy.ddl import shared_table

APPEND, KEEP = ("SELECT", "INSERT"), ("SELECT", "INSERT", "UPDATE")
TALK, SAID, FILE = "workrooms_conversation", "workrooms_message", "workrooms_sharedfile"


class Migration(migrations.Migration):
    dependencies = [("workrooms", "0001_initial"), ("accounts", "0006_parties_stay")]
    operations = [
        shared_table(TALK, party_writes=False, rights=KEEP),
        shared_table(SAID, parents={"conversation_id": TALK}, rights=APPEND),
        shared_table(FILE, rights=APPEND),
        shared_table("workrooms_sharedfilechunk", parents={"file_id": FILE}, rights=APPEND),
        shared_table("workrooms_messagefile", parents={"message_id": SAID, "file_id": FILE}, rights=APPEND),
        shared_table("workrooms_decision", parents={"conversation_id": TALK, "message_id": SAID}, rights=KEEP),
        shared_table("workrooms_readmark", parents={"conversation_id": TALK}, rights=KEEP),
    ]
