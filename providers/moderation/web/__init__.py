"""Pages of moderation outside the admin: a provider's standing and appeals, and reports for everybody signed in."""
