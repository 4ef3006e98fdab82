"""Adding files of vectors as spaces: read, joined with a table, checked, stored."""
