"""Compression: rate and distortion."""
