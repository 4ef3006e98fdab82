"""Metrics on arrays: reconstruction, codes, similarity of spaces, generation and detection."""
