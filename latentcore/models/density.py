"""The density that codes are drawn from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from latentcore.types import FloatArray


@dataclass(frozen=True)
class Gaussian:
    """A multivariate normal distribution over codes.

    Attributes
    ----------
    mean : float32 array, shape (latent_dim,)
    cholesky : float32 array, shape (latent_dim, latent_dim)
        Lower triangular factor L of the covariance L @ L.T.
    """

    mean: FloatArray
    cholesky: FloatArray

    @classmethod
    def standard(cls, latent_dim: int) -> Gaussian:
        """Return N(0, I)."""
        return cls(np.zeros(latent_dim, np.float32), np.eye(latent_dim, dtype=np.float32))

    @classmethod
    def fit(cls, codes: FloatArray) -> Gaussian:
        """Fit mean and full covariance to codes, float32 ``(n, latent_dim)``.

        A ridge of 1e-6 times the mean variance keeps the factor real when a dimension is dead.
        """
        rows = codes.astype(np.float64)
        covariance = np.atleast_2d(np.cov(rows, rowvar=False, bias=True))
        ridge = 1e-6 * max(float(np.trace(covariance)) / len(covariance), 1e-6)
        factor = np.linalg.cholesky(covariance + ridge * np.eye(len(covariance)))
        return cls(rows.mean(axis=0).astype(np.float32), factor.astype(np.float32))

    def sample(self, n: int, *, seed: int, temperature: float = 1.0) -> FloatArray:
        """Draw codes.

        Parameters
        ----------
        n : int
            How many, at least 1.
        seed : int
            The same seed gives the same codes on every machine, to float32 rounding.
        temperature : float
            Factor on the standard deviation, at least 0; 0 gives the mean every time.

        Returns
        -------
        float32 array, shape (n, latent_dim)

        Raises
        ------
        ValueError
            If `n` is below 1 or `temperature` is negative or not finite.
        """
        if n < 1:
            raise ValueError(f"n is {n}; expected at least 1 sample.")
        if not (np.isfinite(temperature) and temperature >= 0):
            raise ValueError(f"temperature is {temperature}; expected a finite number, 0 or more.")
        noise = np.random.default_rng(seed).standard_normal((n, len(self.mean)), dtype=np.float32)
        codes = self.mean + np.float32(temperature) * noise @ self.cholesky.T
        return codes.astype(np.float32, copy=False)
