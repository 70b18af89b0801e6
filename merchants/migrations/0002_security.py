"""Row-level security of profiles and shops, and the look-up behind `--shop`."""

from django.db import migrations

from marketplace.tenancy.ddl import APP, SYSTEM, secure_table

FIND_SHOP = f"""
CREATE FUNCTION find_shops(p_merchant text, p_shop text) RETURNS TABLE (merchant_id bigint, shop_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT s.merchant_id, s.id FROM merchants_shop s JOIN accounts_organization o ON o.id = s.merchant_id
  WHERE s.slug = p_shop AND (p_merchant IS NULL OR o.slug = p_merchant) LIMIT 2
$$;
REVOKE ALL ON FUNCTION find_shops(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_shops(text, text) TO {APP}, {SYSTEM};
"""


class Migration(migrations.Migration):
    dependencies = [("merchants", "0001_initial"), ("accounts", "0002_security")]
    operations = [
        secure_table("merchants_merchantprofile"),
        secure_table("merchants_shop"),
        migrations.RunSQL(FIND_SHOP, migrations.RunSQL.noop),
    ]
