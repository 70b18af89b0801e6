"""A bank transfer: we show an account and a reference, people transfer, staff or the bank's own list confirm."""
