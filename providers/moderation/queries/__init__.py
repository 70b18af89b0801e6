"""Reading what waits and where providers stand."""
