"""Row-level security of payments, and the one look-up that must work before a merchant is known."""

from django.db import migrations

from marketplace.tenancy.ddl import APP, SYSTEM, secure_table

APPEND, KEEP = ("SELECT", "INSERT"), ("SELECT", "INSERT", "UPDATE")
STRAY = f"""
REVOKE ALL ON payments_straypayment FROM {APP}, {SYSTEM};
GRANT SELECT, INSERT, UPDATE ON payments_straypayment TO {SYSTEM};
"""
# Called after a callback's signature was found good, with the reference it names. It answers with ids only, and references are
# random, so it tells nobody anything he does not know.
LOCATE = f"""
CREATE FUNCTION payments_locate(p_gateway text, p_reference text)
RETURNS TABLE (merchant_id bigint, pay_in_id bigint, pay_back_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT i.merchant_id, i.id, NULL::bigint FROM payments_payin i
  WHERE i.reference = p_reference AND i.gateway = p_gateway
  UNION ALL
  SELECT b.merchant_id, b.pay_in_id, b.id FROM payments_payback b
  JOIN payments_payin i ON i.merchant_id = b.merchant_id AND i.id = b.pay_in_id
  WHERE b.request_id = p_reference AND i.gateway = p_gateway
$$;
REVOKE ALL ON FUNCTION payments_locate(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION payments_locate(text, text) TO {APP}, {SYSTEM};
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_initial"), ("accounts", "0006_parties_stay")]
    operations = [
        secure_table("payments_payin", rights=KEEP),
        secure_table("payments_payinproof", rights=APPEND, parents={"pay_in_id": "payments_payin"}),
        secure_table("payments_payinproofchunk", rights=APPEND, parents={"proof_id": "payments_payinproof"}),
        secure_table("payments_gatewaynotice", rights=APPEND),
        secure_table("payments_paymentcase", rights=KEEP, parents={"pay_in_id": "payments_payin"}),
        secure_table("payments_payback", rights=KEEP, parents={"pay_in_id": "payments_payin"}),
        secure_table("payments_sandboxcharge", rights=KEEP),
        migrations.RunSQL(STRAY, migrations.RunSQL.noop),
        migrations.RunSQL(LOCATE, migrations.RunSQL.noop),
    ]
