"""Numbers from arrays: reconstruction, structure of the codes, generation."""
