"""The server process: what is set once, what is prepared, and how much runs at the same time."""
