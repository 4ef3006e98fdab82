"""ROC curve and AUROC of anomaly scores, with DeLong's interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from latentcore.types import DoubleArray, FloatArray

BoolArray = npt.NDArray[np.bool_]

NORMAL_QUANTILE = 1.959964


@dataclass(frozen=True)
class Auroc:
    """Area under the ROC curve: the probability that an anomaly scores higher than a normal image.

    Ties count half.

    Attributes
    ----------
    value : float
        In [0, 1]; 0.5 is chance.
    influence : float64 array, shape (n,)
        Contribution of each image to the deviation of the estimate; the sum of squares is its variance.
    """

    value: float
    influence: DoubleArray

    @property
    def interval(self) -> tuple[float, float]:
        """Lower and upper end of the 95% interval over images, symmetric on the logit scale.

        References
        ----------
        E. R. DeLong, D. M. DeLong and D. L. Clarke-Pearson, "Comparing the areas under two or more
        correlated receiver operating characteristic curves", 1988.
        """
        spread = self.value * (1 - self.value)
        if spread == 0:
            return self.value, self.value
        middle = math.log(self.value / (1 - self.value))
        reach = NORMAL_QUANTILE * math.sqrt(float(self.influence @ self.influence)) / spread
        return _logistic(middle - reach), _logistic(middle + reach)


def auroc(scores: FloatArray, anomalous: BoolArray) -> Auroc:
    """Return the area under the ROC curve, with the influence values for its interval.

    Parameters
    ----------
    scores : float32 array, shape (n,)
        Higher means more anomalous.
    anomalous : bool array, shape (n,)

    Raises
    ------
    ValueError
        If shapes differ, a score is not finite, or there are no anomalies or no normal images.
    """
    check_scores(scores, anomalous)
    n_anomalous = int(anomalous.sum())
    n_normal = len(scores) - n_anomalous
    among_all, placed = _ranks(scores), np.empty(len(scores))
    for side, n_others in ((anomalous, n_normal), (~anomalous, n_anomalous)):
        placed[side] = (among_all[side] - _ranks(scores[side])) / n_others
    placed[~anomalous] = (
        1 - placed[~anomalous]
    )  # the share of the other group that each is ranked correctly against
    value = float(placed[anomalous].mean())
    influence = (placed - value) / np.where(anomalous, n_anomalous, n_normal)
    return Auroc(value, influence)


def _ranks(scores: FloatArray) -> DoubleArray:
    """Return ranks from 1, ties averaged; importing `scipy.stats` for this would take 30 MB."""
    _, group, sizes = np.unique(scores, return_inverse=True, return_counts=True)
    mean_rank: DoubleArray = np.cumsum(sizes) - (sizes - 1) / 2
    return mean_rank[group]


def mean_auroc(several: Sequence[Auroc]) -> Auroc:
    """Return the mean of AUROCs that were measured on the same images, row by row."""
    value = float(np.mean([one.value for one in several]))
    return Auroc(value, np.mean([one.influence for one in several], axis=0))


def roc_curve(scores: FloatArray, anomalous: BoolArray) -> tuple[DoubleArray, DoubleArray]:
    """Return the ROC curve from (0, 0) to (1, 1), one point per distinct score.

    Parameters are those of `auroc`.

    Returns
    -------
    false_positives : float64 array
        False positive rate: share of the normal images that are flagged, ascending.
    true_positives : float64 array
        True positive rate: share of the anomalies that are flagged.

    Raises
    ------
    ValueError
        See `auroc`.
    """
    check_scores(scores, anomalous)
    order = np.argsort(-scores, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(scores[order])), len(scores) - 1)
    true_positives = np.cumsum(anomalous[order])[ends]
    false_positives = ends + 1 - true_positives
    true_positives = np.concatenate([[0.0], true_positives / true_positives[-1]])
    return np.concatenate([[0.0], false_positives / false_positives[-1]]), true_positives


def check_scores(scores: FloatArray, anomalous: BoolArray) -> None:
    """Raise `ValueError` unless there is one finite score per image, and both anomalies and normal images."""
    if scores.shape != anomalous.shape or scores.ndim != 1:
        raise ValueError(
            f"scores {scores.shape} and labels {anomalous.shape}; expected one of each per image."
        )
    if not np.isfinite(scores).all():
        raise ValueError("scores hold NaN or infinite values; expected finite numbers.")
    if anomalous.all() or not anomalous.any():
        missing = "normal image" if anomalous.all() else "anomaly"
        raise ValueError(f"There is no {missing}; AUROC needs normal images and anomalies.")


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-value))
