"""Row-level security of invitations and viewings, the look-up of a link, and mailboxes of people who were there before sign-up."""

from django.db import migrations

from marketplace.tenancy.ddl import APP, SYSTEM, secure_table

KEEP = ("SELECT", "INSERT", "UPDATE")
# A link is opened before any tenant is known. Whoever does not know the token learns nothing, since only its hash is stored.
LOOK_UP = f"""
CREATE FUNCTION find_invitation(p_hash text, OUT organization_id bigint, OUT invitation_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$ SELECT i.organization_id, i.id FROM accounts_invitation i WHERE i.token_hash = p_hash $$;
REVOKE ALL ON FUNCTION find_invitation(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_invitation(text) TO {APP}, {SYSTEM};
"""
# Until now accounts were made by administrators and by the command line, who knew the people; they must not be locked out.
MAILBOXES = """
INSERT INTO account_emailaddress (email, verified, "primary", user_id)
SELECT lower(u.email), true, true, u.id FROM accounts_user u
WHERE NOT EXISTS (SELECT 1 FROM account_emailaddress e WHERE e.user_id = u.id);
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_invitations"), ("account", "0009_emailaddress_unique_primary_email")]
    operations = [
        secure_table("accounts_invitation", owner="organization_id", rights=KEEP),
        secure_table("accounts_viewing", owner="organization_id", rights=KEEP),
        migrations.RunSQL(LOOK_UP, "DROP FUNCTION find_invitation(text)"),
        migrations.RunSQL(MAILBOXES, migrations.RunSQL.noop),
    ]
