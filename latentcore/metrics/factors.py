"""Disentanglement metrics for known factors: mutual information gap (MIG) and DCI."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from latentcore.types import DoubleArray, FloatArray, LabelArray

N_BINS = 20
N_TREES, TREE_DEPTH = 50, 12


def quantile_bins(values: FloatArray, *, n_bins: int = N_BINS) -> LabelArray:
    """Return the quantile bin of each value ``(n,)``, int64 ``(n,)``; all bins are equally filled."""
    edges = np.quantile(values, np.linspace(0, 1, n_bins + 1)[1:-1])
    return np.searchsorted(edges, values, side="right").astype(np.int64)


def mutual_information(one: LabelArray, other: LabelArray) -> float:
    """Return the mutual information of two discrete variables int64 ``(n,)``, in nats, plug-in estimate."""
    counts = np.zeros((int(one.max()) + 1, int(other.max()) + 1))
    np.add.at(counts, (one, other), 1)
    joint = counts / len(one)
    product = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True)
    nonzero = joint > 0
    return float((joint[nonzero] * np.log(joint[nonzero] / product[nonzero])).sum())


def entropy(values: LabelArray) -> float:
    """Return the entropy of a discrete variable int64 ``(n,)``, in nats."""
    return mutual_information(values, values)


def mutual_information_gap(codes: FloatArray, factors: list[LabelArray]) -> FloatArray:
    """Return the mutual information gap of each factor: that between its two most informative dimensions.

    Parameters
    ----------
    codes : float32 array, shape (n, latent_dim)
        At least two dimensions; each is divided into 20 equally filled bins.
    factors : list of int64 array, shape (n,)
        Discrete factors.

    Returns
    -------
    float32 array, shape (n_factors,)
        Gaps divided by the factor's entropy, in [0, 1]; their mean is the MIG.

    Raises
    ------
    ValueError
        If the codes have fewer than two dimensions.

    References
    ----------
    R. T. Q. Chen et al., "Isolating sources of disentanglement in VAEs", 2018, equation (6).
    """
    if codes.shape[1] < 2:  # noqa: PLR2004
        raise ValueError(f"codes have {codes.shape[1]} dimension; the gap needs at least 2.")
    binned = [quantile_bins(codes[:, k]) for k in range(codes.shape[1])]
    gaps = []
    for factor in factors:
        information = np.sort([mutual_information(dimension, factor) for dimension in binned])
        gaps.append((information[-1] - information[-2]) / entropy(factor))
    return np.asarray(gaps, np.float32)


@dataclass(frozen=True)
class DCIScores:
    """Disentanglement, completeness and informativeness (DCI), each at most 1, higher is better.

    Attributes
    ----------
    disentanglement : float
        Whether each dimension encodes one factor only, averaged with weights by the dimension's importance.
    completeness : float
        Whether each factor is encoded by one dimension only.
    informativeness : float
        Mean over factors of the forest's score on test codes: accuracy for categorical, R2 for numeric
        factors.
    """

    disentanglement: float
    completeness: float
    informativeness: float


def dci_scores(
    train_codes: FloatArray,
    train_factors: list[npt.NDArray[np.generic]],
    test_codes: FloatArray,
    test_factors: list[npt.NDArray[np.generic]],
    *,
    seed: int,
) -> DCIScores:
    """Return disentanglement, completeness and informativeness (DCI) of codes.

    One random forest per factor predicts it from the codes; disentanglement and completeness are computed
    from the forests' feature importances.

    Parameters
    ----------
    train_codes, test_codes : float32 array, shape (n, latent_dim) and (m, latent_dim)
        At least two dimensions.
    train_factors, test_factors : list of array, shape (n,) and (m,)
        Integer arrays are categorical factors, others numeric ones.
    seed : int

    Raises
    ------
    ValueError
        If the codes have fewer than two dimensions, or there is only one factor.

    References
    ----------
    C. Eastwood and C. K. I. Williams, "A framework for the quantitative evaluation of disentangled
    representations", 2018, section 2.
    """
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor  # noqa: PLC0415

    latent_dim = train_codes.shape[1]
    if latent_dim < 2 or len(train_factors) < 2:  # noqa: PLR2004
        raise ValueError(
            f"there are {latent_dim} dimensions and {len(train_factors)} factors; DCI needs 2 each."
        )
    importance, scores = [], []
    for known, held in zip(train_factors, test_factors, strict=True):
        kind = RandomForestClassifier if np.issubdtype(known.dtype, np.integer) else RandomForestRegressor
        forest = kind(N_TREES, max_depth=TREE_DEPTH, random_state=seed).fit(train_codes, known)
        importance.append(forest.feature_importances_)
        scores.append(forest.score(test_codes, held))
    matrix = np.asarray(importance).T + 1e-12  # (latent_dim, n_factors)
    by_dimension = 1 - _relative_entropy(matrix / matrix.sum(axis=1, keepdims=True))
    by_factor = 1 - _relative_entropy((matrix / matrix.sum(axis=0, keepdims=True)).T)
    weights = matrix.sum(axis=1) / matrix.sum()
    return DCIScores(
        disentanglement=float(weights @ by_dimension),
        completeness=float(by_factor.mean()),
        informativeness=float(np.mean(scores)),
    )


def _relative_entropy(rows: DoubleArray) -> DoubleArray:
    """Return the entropy of each distribution ``(n, k)`` divided by that of the uniform distribution."""
    spread: DoubleArray = -(rows * np.log(rows)).sum(axis=1) / np.log(rows.shape[1])
    return spread
