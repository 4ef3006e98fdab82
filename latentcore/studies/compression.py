"""The compression study: rate-distortion curves of every bundle, tuned PCA, JPEG, WebP and AVIF."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from latentcore.codec.codec import unit_grid
from latentcore.codec.mosaics import N_COLUMNS, OPTIONS, available_formats, mosaic_round_trip
from latentcore.codec.rate_distortion import RatePoint, model_points, rate_point
from latentcore.datasets import load_dataset
from latentcore.metrics.reconstruction import psnr
from latentcore.store import Bundle, list_bundles, load_bundle
from latentcore.studies.pca_codec import pca_points
from latentcore.types import FloatArray

N_IMAGES, SEED = 2_000, 0
QUALITIES = {
    "JPEG": (1, 3, 5, 10, 20, 30, 50, 70, 85),
    "WebP": (0, 1, 2, 5, 10, 20, 40, 60, 80),
    "AVIF": (5, 10, 20, 35, 50, 65),
}
TARGETS = {"mnist": (21.0, 0.10)}
"""PSNR in decibels that a shipped model must reach, and the bits per pixel that it may use."""

PROTOCOL = (
    f"{N_IMAGES:,} random test images (all, if there are fewer), seed {SEED}, in one file a setting. "
    "Bits per pixel: the whole file, header and checksum included. PSNR: of the mean squared error over all "
    "images; interval: 95%, bootstrap over images. Models: codes rounded to a grid whose steps are in "
    "inverse proportion to a dimension's effect on the image, range-coded with a histogram a dimension of "
    "the bundle's train codes. PCA: the same file and coder, equal steps; number of components and step "
    f"chosen on a tenth of train held out, the convex hull of all pairs there, then fitted on all of "
    f"train. JPEG, WebP and AVIF: Pillow at several qualities, mosaics of {N_COLUMNS} x {N_COLUMNS} images "
    f"edge to edge at full size, {OPTIONS}. The decoder's size is not in the bits per pixel: the stored "
    "arrays that decoding needs, and two bytes a table entry; 0 for the formats that every machine reads."
)


def curves(dataset: str, root: Path, on_stage: Callable[[str], None]) -> dict[str, Any]:
    """Return the rate-distortion curves of every method.

    Parameters
    ----------
    dataset : str
    root : Path
        Models folder.
    on_stage : callable
        Receives the name of each method.

    Returns
    -------
    dict
        ``n``, ``pixels`` (per image), ``curves`` (a list: ``name``, ``kind``, ``unquantised`` and ``grid``
        (of step 1) for models, and ``points``, see `RatePoint`), ``missing`` (formats that this Pillow cannot
        write), ``bar`` and ``reached`` (see `best_within_target`).
    """
    train, test = load_dataset(dataset, "train"), load_dataset(dataset, "test")
    rows = np.sort(np.random.default_rng(SEED).permutation(len(test))[:N_IMAGES])
    images = test.images[rows]
    found = []
    for spec in list_bundles(root):
        if spec.dataset == dataset:
            on_stage(spec.name)
            found.append(_model_curve(load_bundle(spec.id, root), images))
    on_stage("PCA with tuned numbers of components")
    found.append(_curve("PCA", "pca", pca_points(train, images)))
    for name in available_formats():
        on_stage(name)
        found.append(_curve(name, "format", format_points(images, name)))
    return {
        "n": len(images),
        "pixels": int(np.prod(images.shape[2:])),
        "curves": found,
        "missing": [name for name in QUALITIES if name not in available_formats()],
        "bar": TARGETS.get(dataset),
        "reached": best_within_target(found, TARGETS.get(dataset)),
    }


def _model_curve(bundle: Bundle, images: FloatArray) -> dict[str, Any]:
    unit = unit_grid(bundle)
    error = float(np.square(bundle.model.reconstruct(images) - images).mean(dtype=np.float64))
    curve = _curve(bundle.spec.name, "model", model_points(bundle, unit, images, seed=SEED))
    return curve | {"unquantised": round(psnr(error), 3), "grid": asdict(unit)}


def _curve(name: str, kind: str, points: list[RatePoint]) -> dict[str, Any]:
    return {"name": name, "kind": kind, "points": [point.to_json() for point in points]}


def best_within_target(
    found: list[dict[str, Any]], target: tuple[float, float] | None
) -> dict[str, Any] | None:
    """Return the model point of fewest bits that meets a target of PSNR and bits per pixel, or None."""
    if target is None:
        return None
    passing = [
        {"model": curve["name"], "bits_per_pixel": point["bits_per_pixel"], "psnr": point["psnr"]}
        for curve in found
        if curve["kind"] == "model"
        for point in curve["points"]
        if point["psnr"] >= target[0] and point["bits_per_pixel"] <= target[1]
    ]
    return min(passing, key=lambda entry: float(entry["bits_per_pixel"]), default=None)


def format_points(images: FloatArray, name: str) -> list[RatePoint]:
    """Return one rate-distortion point per quality of JPEG, WebP or AVIF."""
    points = []
    for quality in QUALITIES[name]:
        n_bytes, decoded = mosaic_round_trip(images, name, quality)
        points.append(rate_point(images, decoded, n_bytes, seed=SEED, quality=quality))
    return points
