"""Your data: own datasets, added by upload, listed and removed."""
