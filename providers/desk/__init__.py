"""The provider's console: its first page, over all rooms of the market. No tables of its own."""
