"""Paying providers out: payout accounts, weekly batches, bank files, statements, invoices, and books that agree."""
