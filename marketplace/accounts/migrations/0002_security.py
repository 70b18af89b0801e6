"""Row-level security of organizations and memberships, and the look-ups that need no scope."""

from django.db import migrations

from marketplace.tenancy.ddl import APP, SYSTEM, USER, policy, secure_table

OWN_ORGANIZATIONS = f"id IN (SELECT organization_id FROM accounts_membership WHERE user_id = {USER})"

FUNCTIONS = f"""
CREATE FUNCTION find_organization(p_slug text) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$ SELECT id FROM accounts_organization WHERE slug = p_slug $$;

CREATE FUNCTION create_organization(p_kind text, p_slug text, p_name text, OUT id bigint, OUT created boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  INSERT INTO accounts_organization (kind, slug, name) VALUES (p_kind, p_slug, p_name)
  ON CONFLICT (slug) DO NOTHING RETURNING accounts_organization.id INTO id;
  created := id IS NOT NULL;
  IF NOT created THEN
    SELECT o.id INTO id FROM accounts_organization o WHERE o.slug = p_slug;
  END IF;
END $$;

REVOKE ALL ON FUNCTION find_organization(text), create_organization(text, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_organization(text), create_organization(text, text, text) TO {APP}, {SYSTEM};
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [
        secure_table(
            "accounts_membership",
            owner="organization_id",
            rekey=False,
            extra=policy("accounts_membership", f"user_id = {USER}", name="own_memberships", command="SELECT"),
        ),
        secure_table(
            "accounts_organization",
            owner="id",
            rekey=False,
            rights=("SELECT", "UPDATE"),
            extra=policy("accounts_organization", OWN_ORGANIZATIONS, name="own_organizations", command="SELECT"),
        ),
        migrations.RunSQL(FUNCTIONS, migrations.RunSQL.noop),
    ]
