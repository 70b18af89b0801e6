"""The local PostgreSQL and Valkey, used when no server is configured by URL."""
