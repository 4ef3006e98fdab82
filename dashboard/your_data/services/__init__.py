"""What the page Your data asks of latentcore: adding uploads, and facts on own datasets; no widgets."""
