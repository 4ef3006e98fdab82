"""The Latent Atlas dashboard."""
