"""Evaluation of a model: every score with its protocol, n, seed and interval."""

from latentcore.evaluation.agreement import compare_scores
from latentcore.evaluation.real_reference import RealReference, SampleSizes
from latentcore.evaluation.run import evaluate, headline_scores
from latentcore.evaluation.score import Score

__all__ = ["RealReference", "SampleSizes", "Score", "compare_scores", "evaluate", "headline_scores"]
