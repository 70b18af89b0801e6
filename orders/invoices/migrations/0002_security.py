from django.db import migrations

from marketplace.tenancy.ddl import secure_table, shared_table

#: Requests change state and are never taken away; papers are never changed.
KEPT = ("SELECT", "INSERT", "UPDATE")
APPEND = ("SELECT", "INSERT")


class Migration(migrations.Migration):
    dependencies = [
        ("invoices", "0001_initial"), ("accounts", "0006_parties_stay"), ("escrow", "0002_security"),
        ("payouts", "0004_statements_security"),
    ]  # fmt: skip
    operations = [
        secure_table("invoices_invoicetitle"),
        shared_table("invoices_serviceinvoice", party_writes=False, parents={"deal_id": "escrow_deal"}, rights=KEPT),
        shared_table("invoices_servicepaper", parents={"invoice_id": "invoices_serviceinvoice"}, rights=APPEND),
        secure_table(
            "invoices_commissioninvoice", owner="provider_id", parents={"statement_id": "payouts_statement"}, rights=KEPT
        ),
        secure_table(
            "invoices_commissionpaper", owner="provider_id", parents={"invoice_id": "invoices_commissioninvoice"}, rights=APPEND
        ),
    ]
