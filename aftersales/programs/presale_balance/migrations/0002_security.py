"""Row-level security of presale enrolments and touches, which are never deleted; the end of the quiet hours seen backwards."""

from django.db import migrations

from marketplace.tenancy.ddl import APP, SYSTEM, secure_table

KEEP = ("SELECT", "INSERT", "UPDATE")
ENROLMENT = "presale_balance_enrolment"
# Without statistics on the tenant every merchant is taken for an average one (see aftersales/migrations/0002_security.py).
AVERAGE = "ALTER TABLE {} ALTER COLUMN merchant_id SET STATISTICS 0;"

# The counterpart of the outbox's next_allowed(), for reminders that are useless later. A body that is parsed now needs no pinned
# search path, and can be inlined.
LAST_ALLOWED = f"""
CREATE FUNCTION last_allowed(run_at timestamptz, tz text, quiet_from time, quiet_to time) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN quiet_from IS NULL OR quiet_to IS NULL OR quiet_from = quiet_to THEN run_at
  WHEN quiet_from < quiet_to AND ((run_at AT TIME ZONE tz)::time < quiet_from OR (run_at AT TIME ZONE tz)::time >= quiet_to) THEN run_at
  WHEN quiet_from > quiet_to AND (run_at AT TIME ZONE tz)::time < quiet_from AND (run_at AT TIME ZONE tz)::time >= quiet_to THEN run_at
  WHEN (run_at AT TIME ZONE tz)::time >= quiet_from
    THEN ((run_at AT TIME ZONE tz)::date + quiet_from) AT TIME ZONE tz - interval '1 minute'
  ELSE ((run_at AT TIME ZONE tz)::date - 1 + quiet_from) AT TIME ZONE tz - interval '1 minute' END;
COMMENT ON FUNCTION last_allowed(timestamptz, text, time, time) IS
  'run_at, or the last whole minute before the quiet hours [quiet_from, quiet_to) of the time zone that it lies in.';
REVOKE ALL ON FUNCTION last_allowed(timestamptz, text, time, time) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION last_allowed(timestamptz, text, time, time) TO {APP}, {SYSTEM};
"""


class Migration(migrations.Migration):
    dependencies = [
        ("presale_balance", "0001_initial"),
        ("measurement", "0002_security"),
        ("aftersales", "0002_security"),
        ("store", "0003_contacts_presale_refund_words"),
    ]
    operations = [
        secure_table(
            ENROLMENT,
            rights=KEEP,
            parents={
                "run_id": "aftersales_programrun",
                "order_id": "store_shoporder",
                "shop_id": "merchants_shop",
                "buyer_id": "store_buyer",
                "experiment_id": "measurement_experiment",
            },
            extra=AVERAGE.format(ENROLMENT),
        ),
        secure_table(
            "presale_balance_touch",
            rights=KEEP,
            parents={"enrolment_id": ENROLMENT, "run_id": "aftersales_programrun", "buyer_id": "store_buyer"},
            extra=AVERAGE.format("presale_balance_touch"),
        ),
        migrations.RunSQL(LAST_ALLOWED, migrations.RunSQL.noop),
    ]
