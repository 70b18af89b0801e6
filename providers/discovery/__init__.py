"""Finding: search, ranking, pages of the public market, comparison, shortlists, saved searches."""
