"""Explore: the latent map of one model, and one selected code in full."""
