"""Applications of latent spaces: one folder per page."""
