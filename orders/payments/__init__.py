"""Money in from merchants: the gateway protocol, its adapters and what was paid in."""
