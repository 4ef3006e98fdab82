"""Compression: rate-distortion curves of models, PCA and standard codecs; one image; a .lat file."""
