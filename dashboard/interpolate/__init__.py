"""Paths between two images."""
