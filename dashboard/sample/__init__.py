"""Sampling new images."""
