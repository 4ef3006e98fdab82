"""Evaluation of a model: every score with its protocol, n, seed and interval."""

from latentcore.evaluation.agreement import compare_scores
from latentcore.evaluation.run import evaluate, headline_scores
from latentcore.evaluation.sample_scores import RealReference, SampleSizes
from latentcore.evaluation.score import Score

__all__ = ["RealReference", "SampleSizes", "Score", "compare_scores", "evaluate", "headline_scores"]
