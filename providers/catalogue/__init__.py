"""Categories, their attributes, industrial belts and the other lists a market is sorted by."""
