"""What a service provider sells: listings, versions, packages and prices; the public projection of what is published."""
