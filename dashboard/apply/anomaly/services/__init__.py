"""What this feature asks of latentcore, cached; no widgets."""
