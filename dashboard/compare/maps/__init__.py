"""Section "Linked maps": maps of the same test images by several models, with linked selections."""
