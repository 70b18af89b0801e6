"""The index may be read by everybody and is written by its listings' owners; words are written by the system role alone."""

from django.db import migrations

from marketplace.tenancy.ddl import APP, SYSTEM, public_table

# A search reads titles and facets of up to 5,000 rows: they stay in the row. The long columns live outside of it, the text
# uncompressed, since looking for a phrase would have to unpack it each time. Parallel workers would mix up the bands' order.
STORAGE = """
ALTER TABLE discovery_searchdocument ALTER COLUMN facets SET STORAGE PLAIN;
ALTER TABLE discovery_searchdocument ALTER COLUMN attributes SET STORAGE MAIN;
ALTER TABLE discovery_searchdocument ALTER COLUMN title SET STORAGE MAIN;
ALTER TABLE discovery_searchdocument ALTER COLUMN text SET STORAGE EXTERNAL;
ALTER TABLE discovery_searchdocument SET (toast_tuple_target = 256, parallel_workers = 0);
"""
WORDS = f"""
REVOKE ALL ON discovery_word FROM {APP}, {SYSTEM};
GRANT SELECT ON discovery_word TO {APP};
GRANT SELECT, INSERT, UPDATE, DELETE ON discovery_word TO {SYSTEM};
"""


class Migration(migrations.Migration):
    dependencies = [("discovery", "0001_initial")]
    operations = [
        public_table("discovery_searchdocument", extra=STORAGE),
        migrations.RunSQL(WORDS, migrations.RunSQL.noop),
    ]
