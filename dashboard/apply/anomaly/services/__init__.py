"""What the anomaly detection page asks of latentcore, cached; no widgets."""
