"""Pages of both consoles and of the administration."""
