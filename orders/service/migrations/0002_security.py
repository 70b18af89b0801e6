"""Row-level security of contracts. What was signed, delivered or asked for never changes and is never removed."""

from django.db import migrations

from marketplace.tenancy.ddl import shared_table

APPEND, KEEP = ("SELECT", "INSERT"), ("SELECT", "INSERT", "UPDATE")
ORDER = {"order_id": "service_serviceorder"}
MILESTONE = {"milestone_id": "service_milestone"}
DELIVERY = {"delivery_id": "service_delivery"}
#: A version may be accepted; what it says stays, because people have read it under its hash.
WORDING_STAYS = """
CREATE FUNCTION service_refuse_other_wording() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a version of a contract never changes' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER wording_stays BEFORE UPDATE ON service_contractversion FOR EACH ROW
  WHEN ((OLD.order_id, OLD.number, OLD.terms, OLD.template, OLD.hash, OLD.proposed_by, OLD.note, OLD.created_at)
        IS DISTINCT FROM (NEW.order_id, NEW.number, NEW.terms, NEW.template, NEW.hash, NEW.proposed_by, NEW.note, NEW.created_at)
        OR (OLD.merchant_accepted_at IS NOT NULL AND (OLD.merchant_accepted_at, OLD.merchant_accepted_by)
            IS DISTINCT FROM (NEW.merchant_accepted_at, NEW.merchant_accepted_by))
        OR (OLD.provider_accepted_at IS NOT NULL AND (OLD.provider_accepted_at, OLD.provider_accepted_by)
            IS DISTINCT FROM (NEW.provider_accepted_at, NEW.provider_accepted_by)))
  EXECUTE FUNCTION service_refuse_other_wording();
"""


class Migration(migrations.Migration):
    dependencies = [("service", "0001_initial"), ("accounts", "0006_parties_stay")]
    operations = [
        shared_table("service_serviceorder", party_writes=False, rights=KEEP),
        shared_table("service_contractversion", parents=ORDER, rights=KEEP, extra=WORDING_STAYS),
        shared_table("service_milestone", parents=ORDER, rights=KEEP),
        shared_table("service_delivery", parents=MILESTONE, rights=APPEND),
        shared_table("service_deliveryfile", parents=DELIVERY, rights=APPEND),
        shared_table("service_deliverychunk", parents={"file_id": "service_deliveryfile"}, rights=APPEND),
        shared_table("service_deliverycomment", parents=DELIVERY, rights=APPEND),
        shared_table("service_changerequest", parents={**MILESTONE, **DELIVERY}, rights=APPEND),
        shared_table("service_splitproposal", parents=MILESTONE, rights=KEEP),
        shared_table("service_handoveritem", parents=ORDER, rights=KEEP),
        shared_table("service_timer", parents={**ORDER, **MILESTONE}, rights=KEEP),
    ]
