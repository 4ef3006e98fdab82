"""Metrics of generated samples on features: Frechet and kernel distance, PRDC, copying and C2ST."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from latentcore.metrics.classification import few_images_per_class
from latentcore.metrics.nearest_neighbours import nearest
from latentcore.principal_components import principal_components, project
from latentcore.types import DoubleArray, FloatArray, LabelArray

MAX_LOGISTIC_PIXELS, N_COMPONENTS = 256, 64
"""Pixel values up to which a logistic regression is fitted to an image itself, and principal components that
stand for larger images."""


def frechet_distance(one: FloatArray, other: FloatArray) -> float:
    """Return the squared Frechet distance between Gaussians fitted to two sets of features.

    Parameters
    ----------
    one, other : float32 array, shape (n, d) and (m, d)
        Two rows or more each. The distance decreases with n and m: only equal sizes are comparable.

    Returns
    -------
    float
        ``|m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2))``, at least 0, in squared feature units.

    References
    ----------
    M. Heusel et al., "GANs trained by a two time-scale update rule converge to a local Nash
    equilibrium", 2017, equation (6), there with Inception features.
    """
    means = [part.mean(axis=0, dtype=np.float64) for part in (one, other)]
    covariances = [np.atleast_2d(np.cov(part.astype(np.float64), rowvar=False)) for part in (one, other)]
    # tr (C1 C2)^(1/2): C1 C2 is similar to the symmetric C1^(1/2) C2 C1^(1/2).
    root = _symmetric_root(covariances[0])
    eigenvalues = np.linalg.eigvalsh(root @ covariances[1] @ root)
    mixed = float(np.sqrt(np.clip(eigenvalues, 0, None)).sum())
    squared = float(((means[0] - means[1]) ** 2).sum())
    return max(squared + float(np.trace(covariances[0]) + np.trace(covariances[1])) - 2 * mixed, 0.0)


def _symmetric_root(matrix: DoubleArray) -> DoubleArray:
    values, vectors = np.linalg.eigh(matrix)
    root: DoubleArray = (vectors * np.sqrt(np.clip(values, 0, None))) @ vectors.T
    return root


def kernel_distance(one: FloatArray, other: FloatArray) -> float:
    """Return the unbiased squared maximum mean discrepancy with the kernel ``(x.y / d + 1)^3``.

    Parameters
    ----------
    one, other : float32 array, shape (n, d) and (m, d)
        Features, two rows or more each. All rows form one subset.

    Returns
    -------
    float
        Around 0 for equal distributions; it can be negative.

    References
    ----------
    M. Binkowski, D. J. Sutherland, M. Arbel and A. Gretton, "Demystifying MMD GANs", 2018, equation (4),
    there with Inception features ("KID").
    """
    within = [
        _kernel_sum(part, part, diagonal=False) / (len(part) * (len(part) - 1)) for part in (one, other)
    ]
    return sum(within) - 2 * _kernel_sum(one, other, diagonal=True) / (len(one) * len(other))


def _kernel_sum(one: FloatArray, other: FloatArray, *, diagonal: bool) -> float:
    x, y = one.astype(np.float64), other.astype(np.float64)
    total = 0.0
    for start in range(0, len(x), 500):
        kernel = (x[start : start + 500] @ y.T / x.shape[1] + 1) ** 3
        total += float(kernel.sum())
    return total if diagonal else total - float((((x * x).sum(axis=1) / x.shape[1] + 1) ** 3).sum())


def copying(real: FloatArray, held_out: FloatArray, samples: FloatArray) -> FloatArray:
    """Return, for each sample, the share of held-out images that are farther from the training images.

    Parameters
    ----------
    real, held_out, samples : float32 array, shape (n, d), (m, d) and (k, d)
        Features of the training images, of held-out images, and of the samples.

    Returns
    -------
    float32 array, shape (k,)
        Ties count half. The mean is 0.5 if samples are as far from the training images as held-out images
        are; near 1 they are copies, or blurred averages of many.

    References
    ----------
    C. Meehan, K. Chaudhuri and S. Dasgupta, "A non-parametric test to detect data-copying in generative
    models", 2020: the Mann-Whitney statistic that its test rests on.
    """
    usual = np.sort(nearest(real, held_out, k=1)[0][:, 0])
    reach = nearest(real, samples, k=1)[0][:, 0]
    farther = len(usual) - np.searchsorted(usual, reach, side="right")
    ties = np.searchsorted(usual, reach, side="right") - np.searchsorted(usual, reach, side="left")
    return np.asarray((farther + 0.5 * ties) / len(usual), np.float32)


@dataclass(frozen=True)
class PRDC:
    """Precision, recall, density and coverage, all but density in [0, 1].

    Attributes
    ----------
    precision : float
        Share of the samples within the support of the real images.
    recall : float
        Share of the real images within the support of the samples.
    density : float
        Mean number of real neighbourhoods around a sample, divided by k; can exceed 1.
    coverage : float
        Share of the real images whose neighbourhood holds a sample.
    """

    precision: float
    recall: float
    density: float
    coverage: float


def prdc(real: FloatArray, samples: FloatArray, *, k: int = 5) -> PRDC:
    """Return precision, recall, density and coverage (PRDC).

    The support of a set is the union of balls around its points with the distance to the `k`-th nearest other
    point as radius. All four depend on n and `k`: only equal ones are comparable.

    Parameters
    ----------
    real, samples : float32 array, shape (n, d) and (m, d)
        More than `k` rows each.
    k : int

    References
    ----------
    T. Kynkaanniemi et al., "Improved precision and recall metric for assessing generative models",
    2019. M. F. Naeem et al., "Reliable fidelity and diversity metrics for generative models", 2020.
    """
    from scipy.spatial.distance import cdist  # noqa: PLC0415 - evaluation only

    real_reach, sample_reach = (nearest(part, part, k=k + 1)[0][:, -1] for part in (real, samples))
    inside_real = np.zeros(len(samples), np.int64)
    inside_samples = np.zeros(len(real), bool)
    covered = np.zeros(len(real), bool)
    for start in range(0, len(real), 500):
        rows = slice(start, start + 500)
        distances = cdist(real[rows], samples)  # (500, m)
        inside_real += (distances <= real_reach[rows, None]).sum(axis=0)
        inside_samples[rows] = (distances <= sample_reach[None]).any(axis=1)
        covered[rows] = distances.min(axis=1) <= real_reach[rows]
    return PRDC(
        precision=float((inside_real > 0).mean()),
        recall=float(inside_samples.mean()),
        density=float(inside_real.mean() / k),
        coverage=float(covered.mean()),
    )


def two_sample_accuracy(real: FloatArray, samples: FloatArray, *, seed: int, n_folds: int = 5) -> FloatArray:
    """Return the accuracy of a classifier two-sample test (C2ST): held-out accuracy in each fold.

    Logistic regression (C = 1), cross-validated over shuffled stratified folds; 0.5 is chance. The solution
    is exact, in double precision: stopping early would change the accuracy.

    Parameters
    ----------
    real, samples : float32 array, shape (n, d) and (m, d)
        Standardised features.
    seed : int
    n_folds : int

    Returns
    -------
    float32 array, shape (n_folds,)

    References
    ----------
    D. Lopez-Paz and M. Oquab, "Revisiting classifier two-sample tests", 2017.
    """
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415
    from sklearn.model_selection import StratifiedKFold, cross_val_score  # noqa: PLC0415

    features = np.concatenate([real, samples]).astype(np.float64)
    labels = np.repeat([0, 1], [len(real), len(samples)])
    folds = StratifiedKFold(n_folds, shuffle=True, random_state=seed)
    scores = cross_val_score(LogisticRegression(solver="newton-cholesky"), features, labels, cv=folds)
    return np.asarray(scores, np.float32)


def predict_logistic(images: FloatArray, labels: LabelArray, samples: FloatArray) -> LabelArray:
    """Return the class of each sample as predicted by a logistic regression trained on real images.

    The solution is exact, in double precision, as in `two_sample_accuracy`. Images of more than 256 pixel
    values are represented by their first 64 principal components.

    Parameters
    ----------
    images : float32 array, shape (n, channels, height, width)
        Real images to train on, of at least two classes.
    labels : int64 array, shape (n,)
    samples : float32 array, shape (m, channels, height, width)

    Returns
    -------
    int64 array, shape (m,)
    """
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    rows, sample_rows = (part.reshape(len(part), -1) for part in (images, samples))
    if rows.shape[1] > MAX_LOGISTIC_PIXELS:
        mean, components, _ = principal_components(rows, min(N_COMPONENTS, *rows.shape))
        known, asked = (project(part, mean, components) for part in (rows, sample_rows))
    else:
        known, asked = (part.astype(np.float64) for part in (rows, sample_rows))
    with few_images_per_class():
        classifier = LogisticRegression(tol=1e-8, max_iter=20_000).fit(known, labels)
    return np.asarray(classifier.predict(asked), np.int64)


def class_shares(labels: LabelArray, *, n_classes: int) -> FloatArray:
    """Return the share of each class among labels int64 ``(n,)``, float32 ``(n_classes,)``."""
    return (np.bincount(labels, minlength=n_classes) / len(labels)).astype(np.float32)
