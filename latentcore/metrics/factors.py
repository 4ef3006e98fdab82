"""How well single dimensions of a code stand for single known factors."""

from __future__ import annotations

import numpy as np

from latentcore.types import FloatArray, LabelArray

N_BINS = 20


def quantile_bins(values: FloatArray, *, n_bins: int = N_BINS) -> LabelArray:
    """Return the number of the equally filled bin that each value ``(n,)`` falls into, int64 ``(n,)``."""
    edges = np.quantile(values, np.linspace(0, 1, n_bins + 1)[1:-1])
    return np.searchsorted(edges, values, side="right").astype(np.int64)


def mutual_information(one: LabelArray, other: LabelArray) -> float:
    """Return the mutual information of two discrete variables int64 ``(n,)``, in nats, plug-in estimate."""
    counts = np.zeros((int(one.max()) + 1, int(other.max()) + 1))
    np.add.at(counts, (one, other), 1)
    joint = counts / len(one)
    product = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True)
    seen = joint > 0
    return float((joint[seen] * np.log(joint[seen] / product[seen])).sum())


def entropy(values: LabelArray) -> float:
    """Return the entropy of a discrete variable int64 ``(n,)``, in nats."""
    return mutual_information(values, values)


def mutual_information_gap(codes: FloatArray, factors: list[LabelArray]) -> FloatArray:
    """Return, for each factor, the gap between the two dimensions that tell most about it.

    Parameters
    ----------
    codes : float32 array, shape (n, latent_dim)
        At least two dimensions; each is cut into 20 equally filled bins.
    factors : list of int64 array, shape (n,)
        Discrete factors.

    Returns
    -------
    float32 array, shape (n_factors,)
        Gaps over the factor's entropy, in [0, 1]; their mean is the mutual information gap (MIG).

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
        told = np.sort([mutual_information(dimension, factor) for dimension in binned])
        gaps.append((told[-1] - told[-2]) / entropy(factor))
    return np.asarray(gaps, np.float32)
