"""The contract between a merchant and a provider: versions, milestones, deliveries, timers."""
