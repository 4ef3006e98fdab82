"""A place on a map, or a test image: its code, its decode, and how far both can be trusted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dashboard.data.catalogue import open_bundle
from dashboard.data.images.originals import one_image
from dashboard.data.images.stand_ins import shown_train_images
from latentcore.metrics.nearest_neighbours import nearest
from latentcore.plane import N_BLENDED, Plane
from latentcore.types import FloatArray

N_NEIGHBOURS = 6


@dataclass(frozen=True)
class Neighbour:
    """A training image whose code lies near a code.

    Attributes
    ----------
    index : int
        Number in the train split.
    label : str
        Class name.
    distance : float
        Euclidean distance of its code.
    image : float32 array (c, h, w)
        The original, or what stands in for it.
    """

    index: int
    label: str
    distance: float
    image: FloatArray


@dataclass(frozen=True)
class Place:
    """What the decode panel shows.

    Attributes
    ----------
    index : int or None
        Number of the test image, None for a place of the map.
    label : str or None
        Its class name.
    code : float32 array (latent_dim,)
    decode : float32 array (c, h, w)
    original : float32 array (c, h, w) or None
        None for a place, or where the dataset is not at hand.
    error : float or None
        Mean squared error of a test image's reconstruction.
    distance : float
        To the nearest real (train) code.
    percentile : float
        Share of the test images whose code is at most as far from its nearest train code, in percent.
    cycle_error : float
        Length of encode(decode(z)) - z.
    neighbours : list of Neighbour
    neighbours_by : str or None
        Id of the bundle whose decodes the neighbours' images are; None for originals.
    """

    index: int | None
    label: str | None
    code: FloatArray
    decode: FloatArray
    original: FloatArray | None
    error: float | None
    distance: float
    percentile: float
    cycle_error: float
    neighbours: list[Neighbour]
    neighbours_by: str | None


def distances_to_real(bundle_id: str, codes: FloatArray) -> FloatArray:
    """Return the distance of each code ``(n, latent_dim)`` to its nearest train code, float32 ``(n,)``."""
    return nearest(open_bundle(bundle_id).train.codes, codes, k=1)[0][:, 0]


def inspect_image(bundle_id: str, index: int) -> Place:
    """Return what is known of the test image number `index`."""
    bundle = open_bundle(bundle_id)
    row = row_of(bundle_id, index)
    return _inspect(
        bundle_id,
        bundle.test.codes[row],
        index=index,
        label=bundle.classes[bundle.test.labels[row]],
        original=one_image(bundle.spec.dataset, "test", index),
        error=float(bundle.test.errors[row]),
    )


def inspect_code(bundle_id: str, code: FloatArray) -> Place:
    """Return what is known of a code ``(latent_dim,)`` that belongs to no test image."""
    return _inspect(bundle_id, code)


def row_of(bundle_id: str, index: int) -> int:
    """Return the row of a test image in the bundle's tables; raises `KeyError` if it is not there."""
    rows = np.flatnonzero(open_bundle(bundle_id).test.indices == index)
    if not len(rows):
        raise KeyError(index)
    return int(rows[0])


def image_number(bundle_id: str, text: str) -> int | None:
    """Return the number that a text from outside names, or None if no test image has it."""
    if not (text.isdecimal() and len(text) < 10):
        return None
    number = int(text)
    return number if number in open_bundle(bundle_id).test.indices else None


def _inspect(
    bundle_id: str,
    code: FloatArray,
    *,
    index: int | None = None,
    label: str | None = None,
    original: FloatArray | None = None,
    error: float | None = None,
) -> Place:
    bundle = open_bundle(bundle_id)
    decode = bundle.model.decode(code[None])
    cycle = bundle.model.encode(decode)[0] - code
    neighbours, neighbours_by = nearest_train(bundle_id, code)
    distance = neighbours[0].distance
    return Place(
        index=index,
        label=label,
        code=code,
        decode=decode[0],
        original=original,
        error=error,
        distance=distance,
        percentile=100 * bundle.derived.distance_cdf(distance),
        cycle_error=float(np.linalg.norm(cycle)),
        neighbours=neighbours,
        neighbours_by=neighbours_by,
    )


def nearest_train(bundle_id: str, code: FloatArray) -> tuple[list[Neighbour], str | None]:
    """Return the train images nearest to a code ``(latent_dim,)``, and who made the stand-ins, if any."""
    bundle = open_bundle(bundle_id)
    (distances,), (rows,) = nearest(bundle.train.codes, code[None], k=N_NEIGHBOURS)
    shown = shown_train_images(bundle_id, rows)
    neighbours = [
        Neighbour(
            index=int(bundle.train.indices[row]),
            label=bundle.classes[bundle.train.labels[row]],
            distance=float(distance),
            image=image,
        )
        for row, distance, image in zip(rows, distances, shown.images, strict=True)
    ]
    return neighbours, shown.made_by


def blended_place(bundle_id: str, code: FloatArray) -> FloatArray:
    """Return about where a code lies on the stored plane, ``(2,)``; see `blended_places`."""
    place: FloatArray = blended_places(bundle_id, code[None])[0]
    return place


def blended_places(bundle_id: str, codes: FloatArray) -> FloatArray:
    """Return about where codes ``(n, latent_dim)`` lie on the stored plane, ``(n, 2)``.

    Each is the mean place of the 8 nearest train codes, weighted by 1 / distance, as
    `latentcore.plane.umap_plane` does on the way back.
    """
    train = open_bundle(bundle_id).train
    distances, rows = nearest(train.codes, codes, k=N_BLENDED)
    weights = 1 / np.maximum(distances, 1e-9)
    places = (train.plane[rows] * weights[:, :, None]).sum(axis=1) / weights.sum(axis=1, keepdims=True)
    return np.asarray(places, np.float32)


def place_code(plane: Plane, at: tuple[float, float]) -> FloatArray:
    """Return the code ``(latent_dim,)`` that stands for a place of a plane."""
    code: FloatArray = plane.to_codes(np.array([at], np.float32))[0]
    return code
