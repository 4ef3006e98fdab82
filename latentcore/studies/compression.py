"""Bits per pixel against quality: every bundle, PCA at its best, and the formats of every day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from latentcore.codec.codec import pack_codes, unit_grid
from latentcore.codec.entropy_coding import fit_tables, table_bytes
from latentcore.codec.mosaics import N_COLUMNS, OPTIONS, available_formats, through_mosaics
from latentcore.codec.quantisation import Grid, equal_shares
from latentcore.codec.rate_distortion import RatePoint, model_points, rate_point
from latentcore.datasets import Dataset, load_dataset
from latentcore.metrics.reconstruction import psnr
from latentcore.models.pca import PCAModel, PCASettings
from latentcore.store import Bundle, list_bundles, load_bundle
from latentcore.types import FloatArray

N, SEED = 2_000, 0
N_TYPICAL = 10_000
BLOCK = 1000
"""Images that are encoded at once."""
HELD_OUT = 0.1
COMPONENTS = (2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256)
PCA_STEPS = (8.0, 6.7, 5.6, 4.8, 4.0, 3.4, 2.8, 2.4, 2.0, 1.7, 1.4, 1.2, 1.0, 0.85, 0.7, 0.5, 0.35)
QUALITIES = {
    "JPEG": (1, 3, 5, 10, 20, 30, 50, 70, 85),
    "WebP": (0, 1, 2, 5, 10, 20, 40, 60, 80),
    "AVIF": (5, 10, 20, 35, 50, 65),
}
BAR = {"mnist": (21.0, 0.10)}
"""PSNR in decibels that a shipped model must reach, and bits per pixel that it may take."""

PROTOCOL = (
    f"{N:,} random test images (all, if there are fewer), seed {SEED}, in one file a setting. Bits per "
    "pixel: the whole file, header and checksum included. PSNR: of the mean squared error over all images; "
    "interval: 95%, bootstrap over images. Models: codes rounded to a grid whose steps are in "
    "inverse proportion to a dimension's effect on the image, range-coded with a histogram a dimension of "
    "the bundle's train codes. PCA: the same file and coder, equal steps; number of components and step "
    f"chosen on a tenth of train held out, the convex hull of all pairs there, then fitted on all of "
    f"train. JPEG, WebP and AVIF: Pillow at several qualities, mosaics of {N_COLUMNS} x {N_COLUMNS} images "
    f"edge to edge at full size, {OPTIONS}. The decoder's size is not in the bits per pixel: the stored "
    "arrays that decoding needs, and two bytes a table entry; 0 for the formats that every machine reads."
)


def curves(dataset: str, root: Path, on_stage: Callable[[str], None]) -> dict[str, Any]:
    """Return the points of every method.

    Returns
    -------
    dict
        ``n``, ``pixels`` (an image's), ``curves`` (a list: ``name``, ``kind``, ``unquantised``
        and ``grid`` (of a step of 1) for models,
        and ``points``, see `RatePoint`), ``missing`` (formats that this Pillow cannot write), ``bar`` and
        ``reached`` (model and bits per pixel, or None).
    """
    train, test = load_dataset(dataset, "train"), load_dataset(dataset, "test")
    rows = np.sort(np.random.default_rng(SEED).permutation(len(test))[:N])
    images = test.images[rows]
    found = []
    for spec in list_bundles(root):
        if spec.dataset == dataset:
            on_stage(spec.name)
            found.append(_model_curve(load_bundle(spec.id, root), images))
    on_stage("PCA with as many components as pay")
    found.append(_curve("PCA", "pca", pca_points(train, images)))
    for name in available_formats():
        on_stage(name)
        found.append(_curve(name, "format", format_points(images, name)))
    return {
        "n": len(images),
        "pixels": int(np.prod(images.shape[1:])),
        "curves": found,
        "missing": [name for name in QUALITIES if name not in available_formats()],
        "bar": BAR.get(dataset),
        "reached": reached(found, BAR.get(dataset)),
    }


def _model_curve(bundle: Bundle, images: FloatArray) -> dict[str, Any]:
    unit = unit_grid(bundle)
    error = float(np.square(bundle.model.reconstruct(images) - images).mean(dtype=np.float64))
    curve = _curve(bundle.spec.name, "model", model_points(bundle, unit, images, seed=SEED))
    return curve | {"unquantised": round(psnr(error), 3), "grid": asdict(unit)}


def _curve(name: str, kind: str, points: list[RatePoint]) -> dict[str, Any]:
    return {"name": name, "kind": kind, "points": [point.plain() for point in points]}


def reached(found: list[dict[str, Any]], bar: tuple[float, float] | None) -> dict[str, Any] | None:
    """Return the model that takes the fewest bits for the bar's PSNR, or None if none passes the bar."""
    if bar is None:
        return None
    passing = [
        {"model": curve["name"], "bits_per_pixel": point["bits_per_pixel"], "psnr": point["psnr"]}
        for curve in found
        if curve["kind"] == "model"
        for point in curve["points"]
        if point["psnr"] >= bar[0] and point["bits_per_pixel"] <= bar[1]
    ]
    return min(passing, key=lambda entry: float(entry["bits_per_pixel"]), default=None)


def format_points(images: FloatArray, name: str) -> list[RatePoint]:
    """Return a point a quality of JPEG, WebP or AVIF."""
    points = []
    for quality in QUALITIES[name]:
        n_bytes, decoded = through_mosaics(images, name, quality)
        points.append(rate_point(images, decoded, n_bytes, seed=SEED, quality=quality))
    return points


# -- PCA ---------------------------------------------------------------------------------


def fit_components(images: FloatArray) -> PCAModel:
    """Return PCA of train images ``(n, c, h, w)`` with as many components as are ever used."""
    most = min(max(COMPONENTS), int(np.prod(images.shape[1:])), len(images))
    return PCAModel(PCASettings(latent_dim=most)).fit(images, seed=SEED)


def through_components(model: PCAModel, codes: FloatArray, n_components: int, step: float) -> FloatArray:
    """Return images of the first components of codes ``(n, latent_dim)``, coded in steps of one size."""
    grid = Grid(step, equal_shares(n_components))
    padded = np.zeros_like(codes)
    padded[:, :n_components] = grid.restore(grid.quantise(codes[:, :n_components]))
    return model.decode(padded)


@dataclass(frozen=True)
class PCACodec:
    """PCA as a codec of any number of its components.

    Attributes
    ----------
    model : PCAModel
        With as many components as will ever be wanted.
    typical : float32 array, shape (n, latent_dim)
        Train codes that the coder's tables are made of.
    """

    model: PCAModel
    typical: FloatArray

    @classmethod
    def fit(cls, images: FloatArray) -> PCACodec:
        """Fit on train images ``(n, channels, height, width)``; up to 10,000 random ones make the tables."""
        model = fit_components(images)
        rows = np.random.default_rng(SEED).permutation(len(images))[:N_TYPICAL]
        parts = np.array_split(rows, -(-len(rows) // BLOCK))
        return cls(model, np.concatenate([model.encode(images[part]) for part in parts]))

    def through(self, images: FloatArray, n_components: int, step: float) -> tuple[int, FloatArray, int]:
        """Return the file's bytes, the images that come out of it, and the bytes of the decoder."""
        grid = Grid(step, equal_shares(n_components))
        codes, typical = self.model.encode(images), self.typical[:, :n_components]
        shape = (images.shape[1], images.shape[2], images.shape[3])
        data = pack_codes(codes[:, :n_components], typical, grid, model="pca", sha256="0" * 64, shape=shape)
        half_precision = 2 * (n_components + 1) * int(np.prod(shape))
        tables = table_bytes(fit_tables(grid.quantise(typical)))
        decoded = through_components(self.model, codes, n_components, step)
        return len(data), decoded, half_precision + tables


def pca_points(train: Dataset, images: FloatArray) -> list[RatePoint]:
    """Return the points of PCA on test images, at the settings that no other beats on validation images."""
    fitted_on, held_out = train.holdout(HELD_OUT, seed=SEED)
    validation = held_out.images[np.random.default_rng(SEED).permutation(len(held_out))[:N]]
    trial, most = PCACodec.fit(fitted_on.images), int(np.prod(images.shape[1:]))
    settings = [(k, step) for k in COMPONENTS if k <= most for step in PCA_STEPS]
    tried = []
    for n_components, step in settings:
        n_bytes, decoded, _ = trial.through(validation, n_components, step)
        tried.append((n_bytes, float(np.square(decoded - validation).mean(dtype=np.float64))))
    codec, points = PCACodec.fit(train.images), []
    for n_components, step in (settings[place] for place in unbeaten(tried)):
        n_bytes, decoded, size = codec.through(images, n_components, step)
        points.append(
            rate_point(
                images, decoded, n_bytes, seed=SEED, decoder_bytes=size, components=n_components, step=step
            )
        )
    return points


def unbeaten(costs: list[tuple[int, float]]) -> list[int]:
    """Return the places of the pairs (bytes, error) on the lower convex hull, from few bytes to many.

    Errors are compared as logarithms, in which rate buys about the same everywhere.

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
