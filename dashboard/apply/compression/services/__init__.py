"""What the compression page asks of latentcore, cached; no widgets."""
