"""Pages of profiles: thin shells around one operation each."""
