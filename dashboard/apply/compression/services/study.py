"""Rate-distortion curves, as the compression study measured them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from dashboard.data.study_results import model_title
from latentcore.codec import QuantisationGrid
from latentcore.codec.rate_distortion import CURVE_STEPS
from latentcore.studies import StudyResult

__all__ = ["CURVE_STEPS", "Curve", "Point", "StudyResult"]

NOT_COUNTED = 0
"""Value of the number of images at which the decoder's size is not counted."""


@dataclass(frozen=True)
class Point:
    """Rate and distortion of a method at one setting; see `latentcore.codec.rates.RatePoint`.

    Attributes
    ----------
    bits_per_pixel : float
        Of the compressed file, without the decoder.
    psnr : float
        In dB.
    interval : (float, float)
        95% interval of the PSNR.
    bytes_per_image : float
        File size divided by the number of images.
    decoder_bytes : int
        Transmitted once; 0 for a standard codec.
    setting : dict
        Quantisation step, quality, or number of components.
    """

    bits_per_pixel: float
    psnr: float
    interval: tuple[float, float]
    bytes_per_image: float
    decoder_bytes: int
    setting: Mapping[str, float]

    def rate_with_decoder(self, n_images: int, n_pixels: int) -> float:
        """Return bits per pixel with the decoder's size divided among some images of `n_pixels` each.

        `NOT_COUNTED` images leave it out.
        """
        if n_images == NOT_COUNTED:
            return self.bits_per_pixel
        return self.bits_per_pixel + 8 * self.decoder_bytes / (n_images * n_pixels)


@dataclass(frozen=True)
class Curve:
    """Rate-distortion curve of a method, its points in order of their rate.

    Attributes
    ----------
    name : str
        A bundle's name, "PCA", or a standard codec.
    title : str
    kind : str
        "model", "pca" or "format" (a standard codec).
    points : tuple of Point
    grid : Grid or None
        A model's quantisation grid at a step of 1.
    """

    name: str
    title: str
    kind: str
    points: tuple[Point, ...]
    grid: QuantisationGrid | None

    def at_step(self, step: float) -> Point | None:
        """Return the point at a quantisation step, or None where there is none."""
        return next((point for point in self.points if point.setting.get("step") == step), None)

    def at_rate(self, bits_per_pixel: float) -> Point:
        """Return the point with the highest PSNR within a rate; if none is within it, the lowest rate."""
        within = [point for point in self.points if point.bits_per_pixel <= bits_per_pixel]
        return max(within, key=lambda point: point.psnr, default=self.points[0])


def chosen_curves(study: StudyResult, names: Sequence[str]) -> list[Curve]:
    """Return the curves of the chosen models, in their order, then PCA's and the standard codecs'."""
    found = [_curve(study, entry) for entry in study.found["curves"]]
    models = {curve.name: curve for curve in found if curve.kind == "model"}
    return [models[name] for name in names if name in models] + [c for c in found if c.kind != "model"]


def missing_models(study: StudyResult, names: Sequence[str]) -> list[str]:
    """Return the chosen models that the study does not hold."""
    known = {entry["name"] for entry in study.found["curves"] if entry["kind"] == "model"}
    return [name for name in names if name not in known]


def target_text(study: StudyResult) -> str | None:
    """Return which model reaches the study's target at the lowest rate; None if none does or none is set."""
    reached = study.found["reached"]
    if reached is None:
        return None
    decibels, bits = study.found["bar"]
    title = model_title(study.dataset, reached["model"])
    return (
        f"{title} reaches the target of {decibels:g} dB at the lowest rate: {reached['psnr']:.1f} dB at "
        f"{reached['bits_per_pixel']:.3f} bits per pixel (limit {bits:g}; the decoder is not counted)."
    )


def curve_table(curves: Sequence[Curve], n_images: int, n_pixels: int) -> pd.DataFrame:
    """Return one row per point: ``title, kind, rate, psnr, low, high, step``.

    Parameters
    ----------
    curves : sequence of Curve
    n_images : int
        Images that the decoder's size is divided among; `NOT_COUNTED` leaves it out.
    n_pixels : int
        Of an image.

    Returns
    -------
    DataFrame
        ``rate`` is in bits per pixel; ``step`` is 0 for all but models.
    """
    return pd.DataFrame(
        [
            {
                "title": curve.title,
                "kind": curve.kind,
                "rate": point.rate_with_decoder(n_images, n_pixels),
                "psnr": point.psnr,
                "low": point.interval[0],
                "high": point.interval[1],
                "step": point.setting.get("step", 0.0) if curve.kind == "model" else 0.0,
            }
            for curve in curves
            for point in curve.points
        ]
    )


def _curve(study: StudyResult, entry: Mapping[str, Any]) -> Curve:
    n = study.found["n"]
    points = [
        Point(
            point["bits_per_pixel"],
            point["psnr"],
            tuple(point["interval"]),
            point["n_bytes"] / n,
            point["decoder_bytes"],
            point["setting"],
        )
        for point in entry["points"]
    ]
    grid = entry.get("grid")
    return Curve(
        name=entry["name"],
        title=_title(study.dataset, entry),
        kind=entry["kind"],
        points=tuple(sorted(points, key=lambda point: point.bits_per_pixel)),
        grid=None if grid is None else QuantisationGrid(grid["step"], tuple(grid["shares"])),
    )


def _title(dataset: str, entry: Mapping[str, Any]) -> str:
    if entry["kind"] == "model":
        return model_title(dataset, entry["name"])
    return "PCA, tuned" if entry["kind"] == "pca" else str(entry["name"])
