"""Anomaly detection: controls, threshold and its outcomes, highest scores, latent map, AUROC tables."""
