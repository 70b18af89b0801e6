"""Reviews, reports, penalties and appeals: what staff decide, and how it is told."""
