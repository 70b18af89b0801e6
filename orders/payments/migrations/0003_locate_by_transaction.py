"""Find a payment by the company's own number: a dispute names nothing else."""

from django.db import migrations

from marketplace.tenancy.ddl import APP, SYSTEM

LOCATE = f"""
CREATE FUNCTION payments_locate_transaction(p_gateway text, p_transaction text)
RETURNS TABLE (merchant_id bigint, pay_in_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT i.merchant_id, i.id FROM payments_payin i WHERE i.gateway = p_gateway AND i.transaction = p_transaction
$$;
REVOKE ALL ON FUNCTION payments_locate_transaction(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION payments_locate_transaction(text, text) TO {APP}, {SYSTEM};
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0002_security")]
    operations = [migrations.RunSQL(LOCATE, "DROP FUNCTION payments_locate_transaction(text, text)")]
