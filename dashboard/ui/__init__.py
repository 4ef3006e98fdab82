"""Widgets and panels that several pages use."""
