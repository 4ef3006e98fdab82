"""Overview, the front door: latent maps of the same images, one per model."""
