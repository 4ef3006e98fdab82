"""Sample: new images from several models."""
