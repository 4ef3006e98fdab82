"""What a snapshot of a training run shows: places of held-out images, strips of images."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dashboard.data.images.grids import grid_uri
from dashboard.data.ownership import find_dataset
from latentcore.runs import Run, Snapshot, latest_snapshot
from latentcore.types import FloatArray, PixelArray

__all__ = ["FloatArray"]

NO_CLASS = "images"
MARGIN = 1.12
"""Half the frame's side as a multiple of half the extent of the points."""
FOLLOWED = 0.4
"""Share of the way to the new extent that the frame goes per redraw."""
LEAST_SEEN = 0.5
"""Share of the extent of the points, from their middle, that is always in the frame."""
MOST_OUTSIDE = 1
"""Percent of the points per side that need not be in the frame."""


@dataclass(frozen=True)
class MapFrame:
    """The square part of the plane that the map shows: its middle and half its side."""

    x: float
    y: float
    half: float


@dataclass(frozen=True)
class Strips:
    """Rows of images as data URIs; None where there are none yet."""

    originals: str
    reconstructions: str | None
    samples: str | None
    n: int
    ratio: float


def snapshot_of(run: Run) -> Snapshot | None:
    """Return the latest snapshot of a run, or None before there is one or where it cannot be read."""
    try:
        return latest_snapshot(run.folder)
    except (OSError, ValueError, KeyError):
        return None


def next_frame(places: FloatArray, before: MapFrame | None) -> MapFrame:
    """Return the frame of a map, which follows the points in steps and never loses sight of them.

    Parameters
    ----------
    places : float32 array, shape (n, 2)
    before : MapFrame or None
        Of the map before.
    """
    found = places[np.isfinite(places).all(axis=1)]
    if not len(found):
        return before or MapFrame(0.0, 0.0, 1.0)
    low, high = np.percentile(found, [MOST_OUTSIDE, 100 - MOST_OUTSIDE], axis=0)
    middle, half = (low + high) / 2, max(float((high - low).max()) / 2 * MARGIN, 1e-6)
    target = MapFrame(float(middle[0]), float(middle[1]), half)
    if before is None:
        return target
    pairs = zip((before.x, before.y, before.half), (target.x, target.y, target.half), strict=True)
    x, y, half = (old + FOLLOWED * (new - old) for old, new in pairs)
    away = max(abs(target.x - x), abs(target.y - y))
    return MapFrame(x, y, max(half, away + target.half * LEAST_SEEN))


def class_names(dataset: str) -> tuple[str, ...]:
    """Return the names of the classes of the map's points."""
    spec = find_dataset(dataset)
    return (spec.classes if spec is not None else ()) or (NO_CLASS,)


def map_points(snapshot: Snapshot, classes: tuple[str, ...], frame: MapFrame) -> pd.DataFrame:
    """Return the map's points as a table ``x, y, class``; the frame goes from -1 to 1."""
    places = np.zeros((0, 2), np.float32) if snapshot.places is None else snapshot.places
    shares = (places - np.array([frame.x, frame.y], np.float32)) / np.float32(frame.half)
    labels = np.clip(snapshot.labels[: len(places)], 0, len(classes) - 1)
    columns = {"x": shares[:, 0].round(3), "y": shares[:, 1].round(3), "class": np.array(classes)[labels]}
    return pd.DataFrame(columns)


def image_strips(snapshot: Snapshot) -> Strips:
    """Return the fixed originals, their reconstructions and the samples, one picture each."""
    n, _, height, width = snapshot.originals.shape
    made = snapshot.reconstructions
    return Strips(
        originals=_strip(snapshot.originals),
        reconstructions=None if made is None else _strip(made),
        samples=_strip(snapshot.samples) if snapshot.has_decoder else None,
        n=n,
        ratio=n * width / height,
    )


def _strip(pixels: PixelArray) -> str:
    return grid_uri(pixels.astype(np.float32) / np.float32(255), len(pixels))
