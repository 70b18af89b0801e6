"""How each room fills its tables for a merchant of the test world, through its own doors."""
