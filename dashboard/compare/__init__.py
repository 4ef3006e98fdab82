"""Several models side by side: one folder a section."""
