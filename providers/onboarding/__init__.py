"""From sign-up to verified: documents, qualifications, deposit, the one gate before selling, exit."""
