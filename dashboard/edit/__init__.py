"""Edit: change the code of a test image by dimension or along a direction."""
