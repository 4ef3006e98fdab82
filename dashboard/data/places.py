"""Details of a code: its decode, errors, distance to training codes and nearest training images."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dashboard.data.catalogue import Bundle, Space
from dashboard.data.images.originals import one_image
from dashboard.data.images.stand_ins import shown_train_images
from latentcore.exceptions import BundleError
from latentcore.metrics.nearest_neighbours import nearest
from latentcore.plane import N_BLENDED, Plane
from latentcore.types import FloatArray

N_NEIGHBOURS = 6


@dataclass(frozen=True)
class Neighbour:
    """A training image among the nearest neighbours of a code.

    Attributes
    ----------
    index : int
        Number in the train split.
    label : str
        Class name.
    distance : float
        Euclidean distance of its code.
    image : float32 array (c, h, w)
        The original, or its stand-in.
    """

    index: int
    label: str
    distance: float
    image: FloatArray


@dataclass(frozen=True)
class CodeDetails:
    """Details of a test image's code, or of the code of a map position.

    Attributes
    ----------
    index : int or None
        Number of the test image, None for a map position.
    label : str or None
        Its class name.
    code : float32 array (latent_dim,)
    decode : float32 array (c, h, w)
    original : float32 array (c, h, w) or None
        None for a map position, or where the dataset is not on this machine.
    error : float or None
        Mean squared error of a test image's reconstruction.
    distance : float
        Euclidean distance to the nearest train code.
    percentile : float
        Percentile of that distance among the test codes.
    cycle_error : float
        Euclidean norm of encode(decode(z)) - z.
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


def distances_to_train(space: Space, codes: FloatArray) -> FloatArray:
    """Return the distance of each code ``(n, latent_dim)`` to its nearest train code, float32 ``(n,)``."""
    return nearest(space.train.codes, codes, k=1)[0][:, 0]


def inspect_image(bundle: Bundle, index: int) -> CodeDetails:
    """Return the details of a test image's code, by the image's number."""
    row = row_of(bundle, index)
    return _inspect(
        bundle,
        bundle.test.codes[row],
        index=index,
        label=bundle.groups[bundle.test_groups[row]],
        original=one_image(bundle.spec.dataset, "test", index),
        error=float(bundle.test.errors[row]),
    )


def inspect_code(bundle: Bundle, code: FloatArray) -> CodeDetails:
    """Return the details of any code ``(latent_dim,)``."""
    return _inspect(bundle, code)


def row_of(space: Space, index: int) -> int:
    """Return the row of a test image in the bundle's test table; raises `BundleError` if it is not there."""
    rows = np.flatnonzero(space.test.indices == index)
    if not len(rows):
        raise BundleError(f"{space.title} has no code of test image {index}.")
    return int(rows[0])


def image_number(space: Space, text: str) -> int | None:
    """Parse the number of a test image from an address; None if there is no such image."""
    if not (text.isdecimal() and len(text) < 10):
        return None
    number = int(text)
    return number if number in space.test.indices else None


def _inspect(
    bundle: Bundle,
    code: FloatArray,
    *,
    index: int | None = None,
    label: str | None = None,
    original: FloatArray | None = None,
    error: float | None = None,
) -> CodeDetails:
    decode = bundle.model.decode(code[None])
    cycle = bundle.model.encode(decode)[0] - code
    neighbours, neighbours_by = nearest_train(bundle, code)
    distance = neighbours[0].distance
    return CodeDetails(
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


def nearest_train(bundle: Bundle, code: FloatArray) -> tuple[list[Neighbour], str | None]:
    """Return the train images nearest to a code ``(latent_dim,)``, and the bundle of their stand-ins."""
    (distances,), (rows,) = nearest(bundle.train.codes, code[None], k=N_NEIGHBOURS)
    shown = shown_train_images(bundle, rows)
    neighbours = [
        Neighbour(
            index=int(bundle.train.indices[row]),
            label=bundle.groups[bundle.train_groups[row]],
            distance=float(distance),
            image=image,
        )
        for row, distance, image in zip(rows, distances, shown.images, strict=True)
    ]
    return neighbours, shown.made_by


def blended_position(space: Space, code: FloatArray) -> FloatArray:
    """Return the approximate position of a code on the stored plane, ``(2,)``; see `blended_positions`."""
    place: FloatArray = blended_positions(space, code[None])[0]
    return place


def blended_positions(space: Space, codes: FloatArray) -> FloatArray:
    """Return approximate positions of codes ``(n, latent_dim)`` on the stored plane, ``(n, 2)``.

    Each is the mean position of the 8 nearest train codes, weighted by 1 / distance: the same blend that
    `latentcore.plane.umap_plane` uses from positions to codes.
    """
    train = space.train
    distances, rows = nearest(train.codes, codes, k=N_BLENDED)
    weights = 1 / np.maximum(distances, 1e-9)
    places = (train.plane[rows] * weights[:, :, None]).sum(axis=1) / weights.sum(axis=1, keepdims=True)
    return np.asarray(places, np.float32)


def position_code(plane: Plane, at: tuple[float, float]) -> FloatArray:
    """Return the code ``(latent_dim,)`` of a position on a plane."""
    code: FloatArray = plane.to_codes(np.array([at], np.float32))[0]
    return code
