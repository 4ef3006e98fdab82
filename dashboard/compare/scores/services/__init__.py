"""Scores of models from bundles and studies: loading, ranking, exporting, remeasuring; no widgets."""
