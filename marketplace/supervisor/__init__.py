"""Web, worker and beat as the children of one foreground process."""
