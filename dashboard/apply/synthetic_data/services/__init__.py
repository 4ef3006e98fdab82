"""What the synthetic data page asks of latentcore; no widgets."""
