"""Explore on a space of items without a model: map, pinned item, search."""
