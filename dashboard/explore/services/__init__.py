"""What Explore computes with latentcore; no widgets."""
