"""Acts on invoices. Locks: the contract, or the month's releases; then the requests by id."""
