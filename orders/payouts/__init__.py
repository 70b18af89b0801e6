"""Money out to providers: weekly batches, bank files, statements, invoices, reconciliation."""
