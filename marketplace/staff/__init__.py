"""The administration site: its frame and order, and how stored values are shown to staff."""
