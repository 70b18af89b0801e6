"""Row-level security of outcomes. Only the merchant's scope writes: the provider reads results, and nobody types one in."""

from django.db import migrations

from marketplace.tenancy.ddl import secure_table, shared_table

AGREEMENT, ROW = "outcomes_outcomeagreement", "outcomes_outcomerow"
#: What was agreed stays, and so does a result.
AGREED_STAYS = f"""
DROP POLICY party_changes ON {AGREEMENT};
CREATE FUNCTION outcomes_refuse_other_agreement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'what was agreed about an outcome, and its result, never change' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER agreed_stays BEFORE UPDATE ON {AGREEMENT} FOR EACH ROW
  WHEN ((OLD.order_id, OLD.metric, OLD.clause, OLD.contract_hash, OLD.currency, OLD.subject, OLD.started_at, OLD.window_ends_at,
         OLD.settles_at)
        IS DISTINCT FROM (NEW.order_id, NEW.metric, NEW.clause, NEW.contract_hash, NEW.currency, NEW.subject, NEW.started_at,
         NEW.window_ends_at, NEW.settles_at)
        OR (OLD.verdict <> '' AND (OLD.verdict, OLD.value, OLD.fee, OLD.reading)
            IS DISTINCT FROM (NEW.verdict, NEW.value, NEW.fee, NEW.reading)))
  EXECUTE FUNCTION outcomes_refuse_other_agreement();
"""


class Migration(migrations.Migration):
    dependencies = [("outcomes", "0001_initial"), ("service", "0002_security"), ("store", "0002_security")]
    operations = [
        shared_table(
            AGREEMENT, parents={"order_id": "service_serviceorder", "milestone_id": "service_milestone"}, party_writes=False,
            rights=("SELECT", "INSERT", "UPDATE"), extra=AGREED_STAYS,
        ),
        shared_table(
            ROW, parents={"agreement_id": AGREEMENT}, party_writes=False, rights=("SELECT", "INSERT"),
            extra=f"DROP POLICY party_changes ON {ROW};",
        ),
        secure_table(
            "outcomes_outcomebuyer", parents={"row_id": ROW, "buyer_id": "store_buyer"}, rights=("SELECT", "INSERT"),
        ),
    ]  # fmt: skip
