"""Pages of scores: the provider's own, and the public formula."""
