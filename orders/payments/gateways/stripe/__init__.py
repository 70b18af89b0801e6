"""Stripe: a hosted payment page (Checkout), refunds, signed webhooks."""
