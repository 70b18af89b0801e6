from django.db import migrations

from marketplace.tenancy.ddl import public_table, secure_table

KEPT = ("SELECT", "INSERT", "UPDATE")


class Migration(migrations.Migration):
    dependencies = [("listings", "0001_initial")]
    operations = [
        secure_table("listings_listing", owner="provider_id", rights=KEPT),
        secure_table("listings_listingversion", owner="provider_id", parents={"listing_id": "listings_listing"}, rights=KEPT),
        public_table("listings_publiclisting"),
    ]
