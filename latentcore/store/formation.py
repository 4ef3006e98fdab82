"""How a latent space formed: what a network made of fixed images at moments of its training."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from latentcore.exceptions import BundleError
from latentcore.store.arrays import parse_npz
from latentcore.store.bundle import FORMATION_FILE, BundleSpec
from latentcore.store.checked_files import parse_json, read_bytes
from latentcore.store.config import check_history
from latentcore.store.serialisation import npz_bytes
from latentcore.types import FloatArray, ImageShape

MAX_BYTES = 200_000
"""Limit of the file; moments are left out until it fits."""
MAX_MOMENTS, FEWEST_MOMENTS = 240, 2
QUALITIES = (80, 60)
"""Of the images, before moments are left out."""
STEPS = 2**16 - 1
TYPES: dict[str, np.dtype[Any]] = {
    "times": np.dtype(np.float32),
    "rows": np.dtype(np.int64),
    "image_rows": np.dtype(np.int64),
    "has_places": np.dtype(np.bool_),
    "places": np.dtype(np.uint16),
    "frame": np.dtype(np.float32),
    "sheet": np.dtype(np.uint8),
    "history": np.dtype(np.uint8),
    "is_second_run": np.dtype(np.bool_),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Formation:
    """How a latent space formed.

    Attributes
    ----------
    times : float32 array, shape (n_moments,)
        When each moment was, in epochs, all phases together: 0 is before the first step.
    rows : int64 array, shape (n_codes,)
        Of the images that are shown, in the test table of the bundle.
    image_rows : int64 array, shape (n_images,)
        Of the reconstructed ones, in the test table.
    has_places : bool array, shape (n_moments,)
        Whether there was an encoder.
    places : float32 array, shape (n_moments, n_codes, 2)
        The codes on a plane: themselves, or their first two principal components; each moment turned to fit
        the next. 0 where there was no encoder.
    sheet : bytes
        WebP image with one row per moment: `n_images` reconstructions, which are black where there was no
        encoder or no decoder, and as many samples from fixed codes, black where there was no decoder.
    history : list of dict
        One entry per epoch: phase, epoch and losses.
    is_second_run : bool
        Whether it was recorded by training once more, which did not end in the very weights of the bundle.
    """

    times: FloatArray
    rows: np.ndarray
    image_rows: np.ndarray
    has_places: np.ndarray
    places: FloatArray
    sheet: bytes
    history: list[dict[str, Any]]
    is_second_run: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class Moment:
    """What a network made of the fixed images at one moment; see `latentcore.bundling.previews.Preview`."""

    time: float
    places: FloatArray | None
    reconstructions: np.ndarray | None
    samples: np.ndarray


def formation_npz(
    moments: Sequence[Moment],
    rows: np.ndarray,
    image_rows: np.ndarray,
    history: Sequence[dict[str, Any]],
    *,
    is_second_run: bool = False,
) -> bytes:
    """Return ``formation.npz``, of at most 200,000 bytes: every second moment is left out until it fits.

    Parameters
    ----------
    moments : sequence of Moment
        At least two, in the order of time.
    rows, image_rows : int64 arrays
        See `Formation`.
    history : sequence of dict
        One entry per epoch: phase, epoch and losses.
    is_second_run : bool
        See `Formation`.

    Raises
    ------
    ValueError
        If not even two moments fit.
    """
    moments = list(moments)
    while len(moments) >= FEWEST_MOMENTS:
        if len(moments) <= MAX_MOMENTS:
            for quality in QUALITIES:
                data = _packed(moments, rows, image_rows, history, quality, is_second_run=is_second_run)
                if len(data) <= MAX_BYTES:
                    return data
        if len(moments) == FEWEST_MOMENTS:
            break
        moments = [moment for n, moment in enumerate(moments[:-1]) if n % 2 == 0] + moments[-1:]
    raise ValueError("The history of this training does not fit into 200 kB.")


def _packed(
    moments: Sequence[Moment],
    rows: np.ndarray,
    image_rows: np.ndarray,
    history: Sequence[dict[str, Any]],
    quality: int,
    *,
    is_second_run: bool,
) -> bytes:
    has_places = np.array([moment.places is not None for moment in moments])
    places = np.zeros((len(moments), len(rows), 2), np.float32)
    for n, moment in enumerate(moments):
        if moment.places is not None:
            places[n] = moment.places
    seen = places[has_places].reshape(-1, 2)
    frame = np.stack([seen.min(axis=0), seen.max(axis=0)]) if len(seen) else np.zeros((2, 2), np.float32)
    extent = np.maximum(frame[1] - frame[0], 1e-9)
    return npz_bytes(
        {
            "times": np.array([moment.time for moment in moments], np.float32),
            "rows": rows.astype(np.int64),
            "image_rows": image_rows.astype(np.int64),
            "has_places": has_places,
            "places": np.rint(np.clip((places - frame[0]) / extent, 0, 1) * STEPS).astype(np.uint16),
            "frame": frame.astype(np.float32),
            "sheet": np.frombuffer(_sheet(moments, quality), np.uint8),
            "history": np.frombuffer(json.dumps(list(history), allow_nan=False).encode(), np.uint8),
            "is_second_run": np.array([is_second_run]),
        }
    )


def _sheet(moments: Sequence[Moment], quality: int) -> bytes:
    """Return the images of all moments, one row per moment, as WebP."""
    strips = []
    for moment in moments:
        shown = moment.reconstructions
        cells = np.concatenate([np.zeros_like(moment.samples) if shown is None else shown, moment.samples])
        strips.append(np.concatenate(list(cells.transpose(0, 2, 3, 1)), axis=1))
    pixels = np.concatenate(strips)
    image = Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=quality, method=6)
    return buffer.getvalue()


def read_formation(spec: BundleSpec, image_shape: ImageShape, n_test: int) -> Formation | None:
    """Return how the space of a bundle formed, or None if it was not recorded.

    Parameters
    ----------
    spec : BundleSpec
        Of a bundle whose files were verified.
    image_shape : (int, int, int)
    n_test : int
        Rows of its test table.

    Raises
    ------
    BundleError
        If the file is damaged, or does not fit the bundle.
    """
    if FORMATION_FILE not in spec.config["files"]:
        return None
    path = spec.folder / FORMATION_FILE
    arrays = parse_npz(read_bytes(path, max_bytes=2 * MAX_BYTES), path, TYPES)
    _check(arrays, path, image_shape, n_test)
    low, high = arrays["frame"]
    places = low + arrays["places"].astype(np.float32) / STEPS * (high - low)
    return Formation(
        times=arrays["times"],
        rows=arrays["rows"],
        image_rows=arrays["image_rows"],
        has_places=arrays["has_places"],
        places=np.where(arrays["has_places"][:, None, None], places, np.float32(0)),
        sheet=arrays["sheet"].tobytes(),
        history=check_history(parse_json(arrays["history"].tobytes(), path), path),
        is_second_run=bool(arrays["is_second_run"][0]),
    )


def _check(arrays: dict[str, np.ndarray], path: Path, image_shape: ImageShape, n_test: int) -> None:
    """Raise `BundleError` unless the arrays fit each other and the bundle."""
    times, rows, images = arrays["times"], arrays["rows"], arrays["image_rows"]
    n = len(times) if times.ndim == 1 else 0
    shapes = {
        "has_places": (n,),
        "places": (n, rows.size, 2),
        "frame": (2, 2),
        "is_second_run": (1,),
        "rows": (rows.size,),
        "image_rows": (images.size,),
    }
    if not FEWEST_MOMENTS <= n <= MAX_MOMENTS or not rows.size or not images.size:
        raise BundleError(f"{path}: holds {n} moments of {rows.size} codes.")
    for name, shape in shapes.items():
        if arrays[name].shape != shape:
            raise BundleError(f"{path}: array '{name}' has shape {arrays[name].shape}, expected {shape}.")
    if (np.diff(times) <= 0).any() or times[0] < 0:
        raise BundleError(f"{path}: its moments are not in the order of time.")
    for name in ("rows", "image_rows"):
        if arrays[name].min() < 0 or arrays[name].max() >= n_test:
            raise BundleError(f"{path}: '{name}' names test images that the bundle does not have.")
    _, height, width = image_shape
    try:
        with Image.open(io.BytesIO(arrays["sheet"].tobytes()), formats=["WEBP"]) as sheet:
            size = sheet.size
    except (OSError, ValueError, SyntaxError) as error:
        raise BundleError(f"{path}: its images cannot be read.") from error
    if size != (2 * images.size * width, n * height):
        raise BundleError(f"{path}: its images have {size[0]}x{size[1]} pixels.")
