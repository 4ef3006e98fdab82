"""Densities that codes are sampled from: a Gaussian and a Gaussian mixture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from latentcore.types import FloatArray

MIN_TRUNCATION = 0.1
"""Smallest truncation in standard deviations; below it, rejection sampling would not end in time."""


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

        A ridge of 1e-6 times the mean variance keeps the covariance positive definite when a dimension is
        constant.
        """
        rows = codes.astype(np.float64)
        covariance = np.atleast_2d(np.cov(rows, rowvar=False, bias=True))
        ridge = 1e-6 * max(float(np.trace(covariance)) / len(covariance), 1e-6)
        factor = np.linalg.cholesky(covariance + ridge * np.eye(len(covariance)))
        return cls(rows.mean(axis=0).astype(np.float32), factor.astype(np.float32))

    def sample(
        self, n: int, *, seed: int, temperature: float = 1.0, truncation: float | None = None
    ) -> FloatArray:
        """Sample codes.

        Parameters
        ----------
        n : int
            Number of codes, at least 1.
        seed : int
            The same seed gives the same codes on every machine, up to float32 rounding.
        temperature : float
            Factor on the standard deviation, at least 0; 0 always gives the mean.
        truncation : float, optional
            Noise beyond this many standard deviations is resampled, in each dimension.

        Returns
        -------
        float32 array, shape (n, latent_dim)

        Raises
        ------
        ValueError
            If `n` is below 1, `temperature` is negative or not finite, or `truncation` is below 0.1.
        """
        noise = sample_noise(n, len(self.mean), seed=seed, temperature=temperature, truncation=truncation)
        codes = self.mean + noise @ self.cholesky.T
        return codes.astype(np.float32, copy=False)


@dataclass(frozen=True)
class GaussianMixture:
    """A mixture of multivariate normal distributions over codes.

    Attributes
    ----------
    weights : float32 array, shape (n_components,)
    components : tuple of Gaussian
    """

    weights: FloatArray
    components: tuple[Gaussian, ...]

    @classmethod
    def fit(cls, codes: FloatArray, *, n_components: int, seed: int) -> GaussianMixture:
        """Fit by expectation-maximisation with full covariances (scikit-learn).

        Parameters
        ----------
        codes : float32 array, shape (n, latent_dim)
            At least `n_components` codes.
        n_components, seed : int
        """
        from sklearn.mixture import GaussianMixture as SklearnMixture  # noqa: PLC0415 - costs 0.5 s to import

        fitted = SklearnMixture(n_components, random_state=seed, reg_covar=1e-5).fit(codes.astype(np.float64))
        components = tuple(
            Gaussian(mean.astype(np.float32), np.linalg.cholesky(covariance).astype(np.float32))
            for mean, covariance in zip(fitted.means_, fitted.covariances_, strict=True)
        )
        return cls(fitted.weights_.astype(np.float32), components)

    def sample(
        self, n: int, *, seed: int, temperature: float = 1.0, truncation: float | None = None
    ) -> FloatArray:
        """Sample codes; temperature and truncation act within each component.

        Parameters, returns and errors are those of `Gaussian.sample`.
        """
        latent_dim = len(self.components[0].mean)
        noise = sample_noise(n, latent_dim, seed=seed, temperature=temperature, truncation=truncation)
        shares = np.cumsum(self.weights, dtype=np.float64)
        sampled = np.random.default_rng([seed, 1]).uniform(0, shares[-1], n)
        chosen = np.minimum(np.searchsorted(shares, sampled, side="right"), len(self.components) - 1)
        codes = np.empty((n, latent_dim), np.float32)
        for k, part in enumerate(self.components):
            rows = chosen == k
            codes[rows] = part.mean + noise[rows] @ part.cholesky.T
        return codes


def sample_noise(
    n: int, latent_dim: int, *, seed: int, temperature: float, truncation: float | None
) -> FloatArray:
    """Return standard normal noise, truncated and then scaled by the temperature.

    Parameters
    ----------
    n, latent_dim : int
    seed : int
    temperature, truncation : float
        See `Gaussian.sample`.

    Returns
    -------
    float32 array, shape (n, latent_dim)

    Raises
    ------
    ValueError
        If an argument is out of its range; see `Gaussian.sample`.
    """
    if n < 1:
        raise ValueError(f"n is {n}; expected at least 1 sample.")
    if not (np.isfinite(temperature) and temperature >= 0):
        raise ValueError(f"temperature is {temperature}; expected a finite number, 0 or more.")
    if truncation is not None and not truncation >= MIN_TRUNCATION:
        raise ValueError(f"truncation is {truncation}; expected {MIN_TRUNCATION} or more, or none.")
    generator = np.random.default_rng(seed)
    noise = generator.standard_normal((n, latent_dim), dtype=np.float32)
    while truncation is not None and (far := np.abs(noise) > truncation).any():
        noise[far] = generator.standard_normal(int(far.sum()), dtype=np.float32)
    return np.asarray(np.float32(temperature) * noise, np.float32)
