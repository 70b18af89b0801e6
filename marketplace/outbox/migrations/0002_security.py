"""Row-level security of the outbox, and the one definition of quiet hours. Messages and attempts are never deleted."""

from django.db import migrations

from marketplace.tenancy.ddl import APP, SYSTEM, secure_table

KEEP = ("SELECT", "INSERT", "UPDATE")
APPEND = ("SELECT", "INSERT")
MESSAGE = "outbox_message"

# A body that is parsed now needs no pinned search path, and can be inlined into a program's planning statement.
NEXT_ALLOWED = f"""
CREATE FUNCTION next_allowed(run_at timestamptz, tz text, quiet_from time, quiet_to time) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN quiet_from IS NULL OR quiet_to IS NULL OR quiet_from = quiet_to THEN run_at
  WHEN quiet_from < quiet_to THEN
    CASE WHEN (run_at AT TIME ZONE tz)::time >= quiet_from AND (run_at AT TIME ZONE tz)::time < quiet_to
         THEN greatest(run_at, ((run_at AT TIME ZONE tz)::date + quiet_to) AT TIME ZONE tz) ELSE run_at END
  WHEN (run_at AT TIME ZONE tz)::time >= quiet_from THEN ((run_at AT TIME ZONE tz)::date + 1 + quiet_to) AT TIME ZONE tz
  WHEN (run_at AT TIME ZONE tz)::time < quiet_to THEN greatest(run_at, ((run_at AT TIME ZONE tz)::date + quiet_to) AT TIME ZONE tz)
  ELSE run_at END;
COMMENT ON FUNCTION next_allowed(timestamptz, text, time, time) IS
  'The first moment at or after run_at outside the quiet hours [quiet_from, quiet_to) of the time zone; null or equal bounds: none.';
REVOKE ALL ON FUNCTION next_allowed(timestamptz, text, time, time) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION next_allowed(timestamptz, text, time, time) TO {APP}, {SYSTEM};
"""
# Without statistics on the tenant every merchant is taken for an average one (see aftersales/migrations/0002_security.py).
AVERAGE = "ALTER TABLE {} ALTER COLUMN merchant_id SET STATISTICS 0;"


class Migration(migrations.Migration):
    dependencies = [("outbox", "0001_initial"), ("accounts", "0002_security")]
    operations = [
        secure_table("outbox_endpoint", rights=KEEP),
        secure_table(MESSAGE, rights=KEEP, parents={"endpoint_id": "outbox_endpoint"}, extra=AVERAGE.format(MESSAGE)),
        secure_table(
            "outbox_deliveryattempt", rights=KEEP, parents={"message_id": MESSAGE}, extra=AVERAGE.format("outbox_deliveryattempt")
        ),
        secure_table("outbox_touch", parents={"message_id": MESSAGE}),
        secure_table("outbox_suppression", rights=KEEP),
        secure_table("outbox_reply", rights=APPEND),
        secure_table("outbox_channelsettings", rights=KEEP),
        secure_table("outbox_bucket"),
        secure_table("outbox_template", rights=KEEP),
        secure_table("outbox_notice", rights=KEEP, parents={"message_id": MESSAGE}),
        secure_table("outbox_sandboxsms", rights=APPEND),
        migrations.RunSQL(NEXT_ALLOWED, migrations.RunSQL.noop),
    ]
