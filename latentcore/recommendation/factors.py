"""Factors of users and items by alternating least squares on implicit feedback, and folded-in users."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from latentcore.exceptions import SpaceError
from latentcore.types import FloatArray, LabelArray

SEED = 0
MIN_DIM, MAX_DIM = 2, 64
MISSING = (
    "Factorising ratings needs the package implicit, which is not installed here: "
    "pip install 'latent-atlas[recommend]'."
)


@dataclass(frozen=True, kw_only=True)
class FactorSettings:
    """Settings of the factorisation.

    Attributes
    ----------
    latent_dim : int
        2 to 64.
    confidence : float
        Weight of a pair that was rated; pairs that were not have weight 1.
    regularisation : float
        Weight of the squared lengths of the factors.
    n_iterations : int
    seed : int
        Of the initial factors.
    """

    latent_dim: int
    confidence: float = 3.0
    regularisation: float = 10.0
    n_iterations: int = 15
    seed: int = SEED

    def __post_init__(self) -> None:
        if not MIN_DIM <= self.latent_dim <= MAX_DIM:
            raise SpaceError(
                f"The latent dimension is {self.latent_dim}; factors have {MIN_DIM} to {MAX_DIM} dimensions."
            )

    def recipe(self) -> dict[str, Any]:
        """Return the settings as JSON values, with the library and its version."""
        return {"library": f"implicit {version('implicit')}, alternating least squares", **asdict(self)}


@dataclass(frozen=True)
class Factors:
    """Fitted factors: the score of an item for a user is the inner product of theirs.

    Attributes
    ----------
    users : float32 array, shape (n_users, latent_dim)
    items : float32 array, shape (n_items, latent_dim)
    """

    users: FloatArray
    items: FloatArray


def fit_factors(rated: Any, settings: FactorSettings) -> Factors:  # noqa: ANN401 - scipy has no types
    """Fit factors to a table of which user rated which item.

    Minimised is the sum over all pairs of ``c (p - x·y)²``, where p is 1 for rated pairs with weight c, and 0
    for the others with weight 1, plus the regularisation.

    Parameters
    ----------
    rated : sparse float32 matrix, shape (n_users, n_items)
        Ones where a user rated an item.
    settings : FactorSettings

    Raises
    ------
    SpaceError
        If the package implicit is missing, or there are fewer users or items than dimensions.

    References
    ----------
    Y. Hu, Y. Koren, C. Volinsky, "Collaborative filtering for implicit feedback datasets", ICDM 2008.
    """
    if min(rated.shape) < settings.latent_dim:
        raise SpaceError(
            f"{rated.shape[0]:,} users and {rated.shape[1]:,} items have no factors of "
            f"{settings.latent_dim} dimensions; take fewer, or more ratings."
        )
    try:
        from implicit.cpu.als import AlternatingLeastSquares  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise SpaceError(MISSING) from error
    with threadpool_limits(1, "blas"):  # the library has threads of its own
        model = AlternatingLeastSquares(
            factors=settings.latent_dim,
            alpha=settings.confidence,
            regularization=settings.regularisation,
            iterations=settings.n_iterations,
            random_state=settings.seed,
        )
        model.fit(rated, show_progress=False)
    return Factors(np.asarray(model.user_factors, np.float32), np.asarray(model.item_factors, np.float32))


def fold_in(items: FloatArray, liked: LabelArray, settings: FactorSettings) -> FloatArray:
    """Return the factors of a new user from the items that they like: one least squares step.

    Parameters
    ----------
    items : float32 array, shape (n_items, latent_dim)
        Fitted factors.
    liked : int64 array, shape (m,)
        Rows of `items`, each once.
    settings : FactorSettings
        Those that the items' factors were fitted with.

    Returns
    -------
    float32 array, shape (latent_dim,)
    """
    factors = items.astype(np.float64)
    chosen = factors[liked]
    gram = factors.T @ factors + settings.regularisation * np.eye(items.shape[1])
    gram += (settings.confidence - 1) * chosen.T @ chosen
    return np.linalg.solve(gram, settings.confidence * chosen.sum(axis=0)).astype(np.float32)
