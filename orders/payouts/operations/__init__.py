"""Acts of paying out: one function each."""
