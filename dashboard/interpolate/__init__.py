"""Interpolate: paths between two images through the latent spaces of several models."""
