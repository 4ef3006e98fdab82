"""Charts of the section "Internals"."""
