"""Pages of contracts and jobs, in both consoles."""
