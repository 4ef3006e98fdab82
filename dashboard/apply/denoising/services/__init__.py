"""What the denoising page asks of latentcore; no widgets."""
