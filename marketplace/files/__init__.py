"""Pictures people upload for everybody to see: re-encoded, named by their content, served with a long life."""
