"""Section "Neighbours": how much the nearest neighbours of each image differ between two latent spaces."""
