"""Section: what each family lets one see inside."""
