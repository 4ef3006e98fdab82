"""What the transfer page asks of latentcore; no widgets."""
