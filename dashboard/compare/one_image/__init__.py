"""Section: one image through every model."""
