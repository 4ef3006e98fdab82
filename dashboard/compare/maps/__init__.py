"""Section: linked maps."""
