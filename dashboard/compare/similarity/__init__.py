"""Section: similarity of latent spaces."""
