"""What the nightly check finds is staff's alone: the application's role sees none."""

from django.db import migrations

from marketplace.tenancy.ddl import APP, SYSTEM

STAFF_ONLY = "\n".join(
    f"REVOKE ALL ON {table} FROM {APP}, {SYSTEM}; GRANT SELECT, INSERT, UPDATE ON {table} TO {SYSTEM};"
    for table in ("escrow_booksrun", "escrow_booksfinding")
)


class Migration(migrations.Migration):
    dependencies = [("escrow", "0005_books_checked")]
    operations = [migrations.RunSQL(STAFF_ONLY, migrations.RunSQL.noop)]
