"""Every score of a model, each with its protocol, n, seed and interval."""

from latentcore.evaluation.agreement import compare_scores
from latentcore.evaluation.run import evaluate, headline_scores
from latentcore.evaluation.sample_scores import RealReference, Sizes
from latentcore.evaluation.score import Score

__all__ = ["RealReference", "Score", "Sizes", "compare_scores", "evaluate", "headline_scores"]
