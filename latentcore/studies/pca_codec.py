"""PCA as an image codec with tuned number of components and quantisation step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from latentcore.codec.codec import pack_codes
from latentcore.codec.entropy_coding import fit_tables, table_bytes
from latentcore.codec.quantisation import QuantisationGrid, equal_shares
from latentcore.codec.rate_distortion import RatePoint, rate_point
from latentcore.datasets import Dataset
from latentcore.models.pca import PCAModel, PCASettings
from latentcore.types import FloatArray

N_VALIDATION, SEED = 2_000, 0
N_TABLE_CODES = 10_000
ENCODE_BLOCK = 1000
"""Images that are encoded at once."""
VALIDATION_SHARE = 0.1
COMPONENTS = (2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256)
PCA_STEPS = (8.0, 6.7, 5.6, 4.8, 4.0, 3.4, 2.8, 2.4, 2.0, 1.7, 1.4, 1.2, 1.0, 0.85, 0.7, 0.5, 0.35)


def fit_pca(images: FloatArray) -> PCAModel:
    """Fit PCA to train images ``(n, c, h, w)`` with the largest number of components of the study."""
    most = min(max(COMPONENTS), int(np.prod(images.shape[1:])), len(images))
    return PCAModel(PCASettings(latent_dim=most)).fit(images, seed=SEED)


def quantised_reconstruction(
    model: PCAModel, codes: FloatArray, n_components: int, step: float
) -> FloatArray:
    """Return images decoded from the first components of PCA codes, quantised with one step size.

    Parameters
    ----------
    model : PCAModel
    codes : float32 array, shape (n, latent_dim)
    n_components : int
        Components that are kept; the others are set to 0.
    step : float
        Quantisation step, in units of the codes.

    Returns
    -------
    float32 array, shape (n, channels, height, width)
    """
    grid = QuantisationGrid(step, equal_shares(n_components))
    padded = np.zeros_like(codes)
    padded[:, :n_components] = grid.dequantise(grid.quantise(codes[:, :n_components]))
    return model.decode(padded)


@dataclass(frozen=True)
class PCACodec:
    """PCA as an image codec with any number of components.

    Attributes
    ----------
    model : PCAModel
        With the largest number of components.
    table_codes : float32 array, shape (n, latent_dim)
        Train codes from which the frequency tables are built.
    """

    model: PCAModel
    table_codes: FloatArray

    @classmethod
    def fit(cls, images: FloatArray) -> PCACodec:
        """Fit to train images ``(n, channels, height, width)``; up to 10,000 random ones give the tables."""
        model = fit_pca(images)
        rows = np.random.default_rng(SEED).permutation(len(images))[:N_TABLE_CODES]
        parts = np.array_split(rows, -(-len(rows) // ENCODE_BLOCK))
        return cls(model, np.concatenate([model.encode(images[part]) for part in parts]))

    def round_trip(self, images: FloatArray, n_components: int, step: float) -> tuple[int, FloatArray, int]:
        """Compress and decompress images.

        Parameters
        ----------
        images : float32 array, shape (n, channels, height, width)
        n_components : int
        step : float
            Quantisation step, in units of the codes.

        Returns
        -------
        n_bytes : int
            Size of the compressed file.
        decoded : float32 array, shape of `images`
        decoder_bytes : int
            Size of the decoder.
        """
        grid = QuantisationGrid(step, equal_shares(n_components))
        codes, table_codes = self.model.encode(images), self.table_codes[:, :n_components]
        shape = (images.shape[1], images.shape[2], images.shape[3])
        data = pack_codes(
            codes[:, :n_components], table_codes, grid, model="pca", sha256="0" * 64, shape=shape
        )
        half_precision = 2 * (n_components + 1) * int(np.prod(shape))
        tables = table_bytes(fit_tables(grid.quantise(table_codes)))
        decoded = quantised_reconstruction(self.model, codes, n_components, step)
        return len(data), decoded, half_precision + tables


def pca_points(train: Dataset, images: FloatArray) -> list[RatePoint]:
    """Return the points of PCA on test images, at settings on the convex hull for validation images."""
    fitted_on, held_out = train.holdout(VALIDATION_SHARE, seed=SEED)
    validation = held_out.images[np.random.default_rng(SEED).permutation(len(held_out))[:N_VALIDATION]]
    trial = PCACodec.fit(fitted_on.images)
    most = trial.model.settings.latent_dim
    settings = [(k, step) for k in COMPONENTS if k <= most for step in PCA_STEPS]
    tried = []
    for n_components, step in settings:
        n_bytes, decoded, _ = trial.round_trip(validation, n_components, step)
        tried.append((n_bytes, float(np.square(decoded - validation).mean(dtype=np.float64))))
    codec, points = PCACodec.fit(train.images), []
    for n_components, step in (settings[place] for place in lower_hull(tried)):
        n_bytes, decoded, size = codec.round_trip(images, n_components, step)
        points.append(
            rate_point(
                images, decoded, n_bytes, seed=SEED, decoder_bytes=size, components=n_components, step=step
            )
        )
    return points


def lower_hull(costs: list[tuple[int, float]]) -> list[int]:
    """Return the indices of the pairs (bytes, error) on the lower convex hull, by ascending bytes.

    Errors are compared as logarithms, which fall about linearly with the rate.

    References
    ----------
    A. M. Andrew, "Another efficient algorithm for convex hulls in two dimensions", 1979.
    """
    hull: list[int] = []
    for place in sorted(range(len(costs)), key=lambda place: costs[place]):
        if hull and costs[place][1] >= costs[hull[-1]][1]:
            continue
        while len(hull) > 1 and not _turns_left(costs, hull[-2], hull[-1], place):
            hull.pop()
        hull.append(place)
    return hull


def _turns_left(costs: list[tuple[int, float]], first: int, second: int, third: int) -> bool:
    (x0, y0), (x1, y1), (x2, y2) = ((costs[k][0], np.log(costs[k][1])) for k in (first, second, third))
    return bool((x1 - x0) * (y2 - y0) > (y1 - y0) * (x2 - x0))
