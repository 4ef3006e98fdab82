"""Walls of test images to choose from."""

from __future__ import annotations

import numpy as np

from dashboard.services.catalogue import open_bundle
from dashboard.services.originals import original_images
from dashboard.services.pixels import data_uri, image_pixels, png_bytes


def gallery_wall(bundle_id: str, label: int, seed: int, n: int) -> tuple[list[str], list[int]]:
    """Return a random choice of test images as data URIs, with their numbers.

    Parameters
    ----------
    bundle_id : str
        Whose decodes stand in where the originals are not at hand.
    label : int
        Class to choose from; any class below 0.
    seed : int
    n : int
        At most this many.
    """
    bundle = open_bundle(bundle_id)
    rows = np.arange(len(bundle.test)) if label < 0 else np.flatnonzero(bundle.test.labels == label)
    chosen = np.random.default_rng(seed).permutation(rows)[:n]
    indices = bundle.test.indices[chosen]
    images = original_images(bundle.spec.dataset, "test", indices)
    if images is None:
        images = bundle.model.decode(bundle.test.codes[chosen])
    return [data_uri(png_bytes(image_pixels(image))) for image in images], indices.tolist()
