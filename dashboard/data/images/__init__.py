"""Images of datasets and of visitors: reading, searching, encoding for the page."""
