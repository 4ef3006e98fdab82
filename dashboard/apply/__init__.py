"""What latent spaces are used for: one folder a page."""
