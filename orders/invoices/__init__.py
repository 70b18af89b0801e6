"""Invoices as the tax office knows them (发票 fapiao): asked for, issued with number and file, reversed when money goes back.

Two kinds share everything: a merchant asks a provider about released amounts of a contract, a provider asks the market about the
commission of a statement's month.
"""
