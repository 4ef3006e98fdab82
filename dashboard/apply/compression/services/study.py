"""Bits per pixel against quality, as the study beside the bundles found them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from dashboard.data.catalogue import catalogue, family_title
from latentcore.codec import QuantisationGrid
from latentcore.codec.rate_distortion import CURVE_STEPS
from latentcore.studies import StudyResult

__all__ = ["CURVE_STEPS", "Curve", "Point", "StudyResult"]

NOT_COUNTED = 0
"""For so many images the decoder is not counted."""


@dataclass(frozen=True)
class Point:
    """A setting of a method; see `latentcore.codec.rate_distortion.RatePoint`.

    Attributes
    ----------
    bits_per_pixel, psnr : float
    interval : (float, float)
    bytes_per_image : float
    decoder_bytes : int
    setting : dict
    """

    bits_per_pixel: float
    psnr: float
    interval: tuple[float, float]
    bytes_per_image: float
    decoder_bytes: int
    setting: Mapping[str, float]

    def spread_over(self, n_images: int, n_pixels: int) -> float:
        """Return bits per pixel with the decoder shared by so many images; `NOT_COUNTED` leaves it out."""
        if n_images == NOT_COUNTED:
            return self.bits_per_pixel
        return self.bits_per_pixel + 8 * self.decoder_bytes / (n_images * n_pixels)


@dataclass(frozen=True)
class Curve:
    """What a method reaches at its settings, from few bytes to many.

    Attributes
    ----------
    name : str
        A bundle's name, "PCA", or a format.
    title : str
    kind : str
        "model", "pca" or "format".
    points : tuple of Point
    grid : Grid or None
        A model's grid at a step of 1.
    """

    name: str
    title: str
    kind: str
    points: tuple[Point, ...]
    grid: QuantisationGrid | None

    def at_step(self, step: float) -> Point | None:
        """Return the point of a step, or None where there is none."""
        return next((point for point in self.points if point.setting.get("step") == step), None)

    def at_rate(self, bits_per_pixel: float) -> Point:
        """Return the best point within a rate, or the smallest there is."""
        within = [point for point in self.points if point.bits_per_pixel <= bits_per_pixel]
        return max(within, key=lambda point: point.psnr, default=self.points[0])


def chosen_curves(study: StudyResult, names: Sequence[str]) -> list[Curve]:
    """Return the curves of the chosen models, in their order, then PCA's and the formats'."""
    found = [_curve(study, entry) for entry in study.found["curves"]]
    models = {curve.name: curve for curve in found if curve.kind == "model"}
    return [models[name] for name in names if name in models] + [c for c in found if c.kind != "model"]


def missing_models(study: StudyResult, names: Sequence[str]) -> list[str]:
    """Return the chosen models that the study does not hold."""
    known = {entry["name"] for entry in study.found["curves"] if entry["kind"] == "model"}
    return [name for name in names if name not in known]


def bar_words(study: StudyResult) -> str | None:
    """Return which model passes the bar with the fewest bits, or None where none does."""
    reached = study.found["reached"]
    if reached is None:
        return None
    decibels, bits = study.found["bar"]
    title = _title(study.dataset, {"name": reached["model"], "kind": "model"})
    return (
        f"{title} passes the bar of {decibels:g} dB with the fewest bits: {reached['psnr']:.1f} dB at "
        f"{reached['bits_per_pixel']:.3f} bits per pixel, {bits:g} allowed, the decoder not counted."
    )


def curves_frame(curves: Sequence[Curve], n_images: int, n_pixels: int) -> pd.DataFrame:
    """Return one line a point: ``title, kind, rate, psnr, low, high, step``."""
    return pd.DataFrame(
        [
            {
                "title": curve.title,
                "kind": curve.kind,
                "rate": point.spread_over(n_images, n_pixels),
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
    spec = catalogue().specs.get(f"{dataset}/{entry['name']}")
    if spec is not None:
        return f"{family_title(spec.family)}, {spec.latent_dim}-D"
    return "PCA, tuned" if entry["kind"] == "pca" else str(entry["name"])
