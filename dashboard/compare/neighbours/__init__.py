"""Section: how neighbours change from one space to another."""
