"""Synthetic training data: classifiers trained on real and synthetic images, and labelled samples."""
