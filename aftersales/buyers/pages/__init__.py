"""One file per purpose of a link, all alike: a `Page` that shows what the link is about and does what it is for."""
