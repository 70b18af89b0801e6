"""Reading what was spent, how work came about, and how the market does."""
