"""The ladder of a dispute, its clocks, rulings and appeals."""
