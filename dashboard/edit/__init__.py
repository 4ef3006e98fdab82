"""Editing a code by dimension and by direction."""
