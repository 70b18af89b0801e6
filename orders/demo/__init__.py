"""The demo market hires, works, pays, quarrels and reviews, through the doors people use. Not for production."""
