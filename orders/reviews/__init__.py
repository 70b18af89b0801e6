"""Double-blind reviews of contracts and their integrity."""
