"""Charts of the section "Linked maps"."""
