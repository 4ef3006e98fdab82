"""Datasets of one's own images: from folders, archives, arrays and tables of pictures, stored as uint8."""
