"""Train: start a training run, watch the latent space form, keep the model."""
