"""Finding the few who fit a need: a query for the facts, and a pure, explained ranking."""
