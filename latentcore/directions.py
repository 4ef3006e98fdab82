"""Interpretable directions in a latent space, with bootstrap estimates of their stability; pure numpy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from latentcore.types import FloatArray, LabelArray

N_BOOTSTRAPS = 100
SEED = 0


@dataclass(frozen=True)
class Direction:
    """A direction in a latent space.

    Attributes
    ----------
    name : str
    vector : float32 array, shape (latent_dim,)
        One unit step: the difference of two class means, one standard deviation of the codes along a
        principal direction, or the change of the code per standard deviation of a factor.
    cosine : (float, float, float)
        Median, 2.5% and 97.5% quantile of the cosine similarity between the direction and those of bootstrap
        resamples of the images; 1 means that other images would have given the same direction.
    effect_size : float
        Cohen's d of the two groups along the direction, in pooled standard deviations. For a principal
        direction, the explained variance ratio.
    """

    name: str
    vector: FloatArray
    cosine: tuple[float, float, float]
    effect_size: float


def class_direction(
    codes: FloatArray, labels: LabelArray, source: int, target: int, *, name: str
) -> Direction:
    """Return the difference of the mean codes of two classes.

    Parameters
    ----------
    codes : float32 array, shape (n, latent_dim)
    labels : int64 array, shape (n,)
    source, target : int
        Classes that the direction points from and to, at least two codes each.
    name : str

    Raises
    ------
    ValueError
        If a class has fewer than two codes, or both classes are the same.
    """
    if source == target:
        raise ValueError("The two classes are the same; there is no direction between them.")
    first, second = codes[labels == source].astype(np.float64), codes[labels == target].astype(np.float64)
    if min(len(first), len(second)) < 2:  # noqa: PLR2004 - a spread needs two
        raise ValueError(f"The classes have {len(first)} and {len(second)} codes; expected at least 2 each.")

    def difference(generator: np.random.Generator | None) -> npt.NDArray[np.float64]:
        means = [
            part[generator.integers(0, len(part), len(part))].mean(axis=0) if generator else part.mean(axis=0)
            for part in (first, second)
        ]
        result: npt.NDArray[np.float64] = means[1] - means[0]
        return result

    vector = difference(None)
    generator = np.random.default_rng(SEED)
    others = np.stack([difference(generator) for _ in range(N_BOOTSTRAPS)])
    return Direction(
        name, vector.astype(np.float32), _cosines(vector, others), cohens_d(first @ vector, second @ vector)
    )


def principal_directions(codes: FloatArray, n: int) -> list[Direction]:
    """Return the first principal components of codes, each scaled to one standard deviation.

    The sign makes the entry of largest magnitude positive.

    Parameters
    ----------
    codes : float32 array, shape (m, latent_dim)
    n : int
        Number of components.

    References
    ----------
    E. Harkonen et al., "GANSpace: Discovering interpretable GAN controls", 2020.
    """
    rows = codes.astype(np.float64)
    axes, variances = _principal_axes(rows)
    generator = np.random.default_rng(SEED)
    resampled = [
        _principal_axes(rows[generator.integers(0, len(rows), len(rows))])[0] for _ in range(N_BOOTSTRAPS)
    ]
    directions = []
    for k in range(min(n, len(axes))):
        axis = axes[k] * np.sign(axes[k][np.abs(axes[k]).argmax()])
        # Bootstrap axes may come in another order: compare each direction with the most similar axis.
        others = np.stack([other[np.abs(other @ axis).argmax()] for other in resampled])
        others *= np.sign(others @ axis)[:, None]
        vector = (axis * np.sqrt(variances[k])).astype(np.float32)
        share = float(variances[k] / variances.sum())
        directions.append(Direction(f"principal direction {k + 1}", vector, _cosines(axis, others), share))
    return directions


def factor_direction(codes: FloatArray, factor: FloatArray, *, name: str) -> Direction:
    """Return the direction of a known factor: the slope of a linear regression of the codes on the factor.

    Parameters
    ----------
    codes : float32 array, shape (n, latent_dim)
    factor : float32 array, shape (n,)
        Not constant.
    name : str

    Returns
    -------
    Direction
        Its length is the change of the code per standard deviation of the factor; its effect size compares
        the codes of the upper and the lower third of the factor.
    """
    rows, values = codes.astype(np.float64), factor.astype(np.float64)

    def slope(chosen: npt.NDArray[np.int64] | slice) -> npt.NDArray[np.float64]:
        x, y = values[chosen] - values[chosen].mean(), rows[chosen] - rows[chosen].mean(axis=0)
        result: npt.NDArray[np.float64] = (x @ y) / max(float(x @ x), 1e-12) * values.std()
        return result

    vector = slope(slice(None))
    generator = np.random.default_rng(SEED)
    others = np.stack([slope(generator.integers(0, len(rows), len(rows))) for _ in range(N_BOOTSTRAPS)])
    low, high = np.quantile(values, [1 / 3, 2 / 3])
    along = rows @ vector
    effect_size = cohens_d(along[values <= low], along[values >= high])
    return Direction(name, vector.astype(np.float32), _cosines(vector, others), effect_size)


def cohens_d(low: npt.NDArray[np.float64], high: npt.NDArray[np.float64]) -> float:
    """Return Cohen's d of two samples ``(n,)``, ``(m,)``: difference of means / pooled standard deviation."""
    n, m = len(low), len(high)
    pooled = ((n - 1) * low.var(ddof=1) + (m - 1) * high.var(ddof=1)) / max(n + m - 2, 1)
    return float((high.mean() - low.mean()) / max(float(np.sqrt(pooled)), 1e-12))


def _principal_axes(
    rows: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return unit axes ``(latent_dim, latent_dim)``, one per row, and their variances, descending."""
    variances, vectors = np.linalg.eigh(np.atleast_2d(np.cov(rows, rowvar=False)))
    return vectors.T[::-1], np.clip(variances[::-1], 0, None)


def _cosines(vector: npt.NDArray[np.float64], others: npt.NDArray[np.float64]) -> tuple[float, float, float]:
    lengths = np.linalg.norm(others, axis=1) * np.linalg.norm(vector)
    cosines = (others @ vector) / np.maximum(lengths, 1e-12)
    median, low, high = np.quantile(cosines, [0.5, 0.025, 0.975])
    return float(median), float(low), float(high)
