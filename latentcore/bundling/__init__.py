"""Making bundles: a recipe's model is fitted, recorded if wanted, evaluated, described and saved."""

from latentcore.bundling.bundle import record_scores, train_bundle
from latentcore.bundling.fitting import record_formation

__all__ = ["record_formation", "record_scores", "train_bundle"]
