"""The demo market's stories, told by the same doors people and clocks use. Not for production."""
