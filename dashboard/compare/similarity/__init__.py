"""Section "Similarity": how similar the latent spaces of the models are (CKA, Procrustes, mutual k-NN)."""
