"""Section "Internals": explained variance, class separation, KL, posteriors and the like, per family."""
