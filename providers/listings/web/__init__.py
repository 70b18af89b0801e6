"""The provider's pages of its listings."""
