"""Panels that several pages draw."""
