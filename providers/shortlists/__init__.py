"""What a merchant keeps of the market: shortlists shared in the team, and saved searches."""
