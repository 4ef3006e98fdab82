"""The front door: four maps of the same images."""
