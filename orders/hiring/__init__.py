"""Needs, who fits them, invitations, proposals: from a merchant's wish to a contract."""
