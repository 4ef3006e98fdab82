"""Anomaly scores of images from a model's codes, reconstructions and likelihood bound."""

from latentcore.anomaly_scores.outputs import ModelOutputs, coarse_error
from latentcore.anomaly_scores.table import ANOMALY_SCORES, AnomalyScore, available_scores

__all__ = ["ANOMALY_SCORES", "AnomalyScore", "ModelOutputs", "available_scores", "coarse_error"]
