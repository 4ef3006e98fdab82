"""One model's latent map and the code under the pointer."""
