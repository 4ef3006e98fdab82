"""Random galleries of test images to choose from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dashboard.data.catalogue import Bundle
from dashboard.data.images.pixels import image_uri
from dashboard.data.images.stand_ins import shown_test_images


@dataclass(frozen=True)
class Gallery:
    """A gallery of test images.

    Attributes
    ----------
    uris : list of str
    indices : list of int
        Number of each image.
    made_by : str or None
        Id of the bundle whose decodes they are; None for originals.
    """

    uris: list[str]
    indices: list[int]
    made_by: str | None


def random_gallery(bundle: Bundle, label: int, seed: int, n: int) -> Gallery:
    """Return a random choice of test images, or their stand-ins.

    Parameters
    ----------
    bundle : Bundle
        Its test table lists the images.
    label : int
        Class to choose from; all classes if negative.
    seed : int
    n : int
        At most this many.
    """
    rows = np.arange(len(bundle.test)) if label < 0 else np.flatnonzero(bundle.test_groups == label)
    chosen = np.random.default_rng(seed).permutation(rows)[:n]
    indices = bundle.test.indices[chosen]
    shown = shown_test_images(bundle.spec.dataset, indices)
    uris = [image_uri(image) for image in shown.images]
    return Gallery(uris, indices.tolist(), shown.made_by)
