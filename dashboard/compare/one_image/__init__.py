"""Section "One image": reconstruction, code, map position and nearest neighbours by every model."""
