"""A payment company that exists only here: no money moves. For demos, development and tests."""
