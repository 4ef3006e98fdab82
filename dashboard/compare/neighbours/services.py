"""How much the neighbourhood of each test image differs between two latent spaces."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from dashboard.data.aligned_maps import common_rows, rows_of
from dashboard.data.catalogue import bundle_title, open_bundle
from dashboard.data.images.pixels import data_uri, image_pixels, png_bytes
from dashboard.data.images.stand_ins import maker_of, shown_test_images
from dashboard.data.maps import stratified_rows
from dashboard.server.concurrency import dear
from latentcore.geometry import Extent, square_extent
from latentcore.metrics.similarity import neighbour_rows, shared_neighbours
from latentcore.store.derived import N_NEIGHBOURS, N_SAMPLED
from latentcore.types import FloatArray, LabelArray

__all__ = ["N_NEIGHBOURS"]

N_MOVED = 12
SEED = 0


@dataclass(frozen=True)
class NeighbourChange:
    """The share of its nearest neighbours that each sample loses from one space to another.

    Attributes
    ----------
    points : DataFrame
        One row a sample: its place ``x, y`` on the first map, ``class``, ``index`` in the test split,
        and ``change`` in [0, 1], the share of neighbours that the two spaces do not have in common.
    extent : Extent
        Of the first map.
    moved : DataFrame
        The `N_MOVED` rows of `points` with the largest change, drawn at random among equals.
    n_equal : int
        Samples that changed as much as the last of `moved`, of which those were drawn.
    mean : float
        Mean change.
    by_chance : float
        Mean change between spaces that have nothing to do with each other.
    n_total : int
        Test images of which the points are a sample.
    titles : (str, str)
    """

    points: pd.DataFrame
    extent: Extent
    moved: pd.DataFrame
    n_equal: int
    mean: float
    by_chance: float
    n_total: int
    titles: tuple[str, str]


@dataclass(frozen=True)
class MovedSample:
    """One sample that changed its neighbours, as data URIs.

    Attributes
    ----------
    index : int
    label : str
    change : float
    image : str
        The original, or what stands in for it.
    made_by : str or None
        Id of the bundle whose decode the image is; None for an original.
    decodes : (str, str)
        By the first and the second model.
    """

    index: int
    label: str
    change: float
    image: str
    made_by: str | None
    decodes: tuple[str, str]


@st.cache_resource(max_entries=24, show_spinner=False)
def neighbour_change(first: str, second: str) -> NeighbourChange:
    """Compare the neighbours of the same test images in the codes of two bundles of one dataset."""
    bundles = open_bundle(first), open_bundle(second)
    common = common_rows(list(bundles))
    chosen = stratified_rows(bundles[0].test.labels[common[0]], N_SAMPLED)
    rows = [part[chosen] for part in common]
    tables = [_neighbours(name, part) for name, part in zip((first, second), rows, strict=True)]
    test = bundles[0].test
    places = test.plane[rows[0]]
    points = pd.DataFrame(
        {
            "x": places[:, 0],
            "y": places[:, 1],
            "class": np.array(bundles[0].classes)[test.labels[rows[0]]],
            "index": test.indices[rows[0]],
            "change": 1 - shared_neighbours(*tables),
        }
    )
    shuffled = points.sample(frac=1, random_state=SEED)
    moved = shuffled.sort_values("change", ascending=False, kind="stable").head(N_MOVED)
    return NeighbourChange(
        points=points,
        extent=square_extent(places),
        moved=moved,
        n_equal=int((points["change"] >= moved["change"].iloc[-1]).sum()),
        mean=float(points["change"].mean()),
        by_chance=1 - N_NEIGHBOURS / (len(points) - 1),
        n_total=len(common[0]),
        titles=(bundle_title(first), bundle_title(second)),
    )


def moved_samples(first: str, second: str) -> list[MovedSample]:
    """Return the samples that changed their neighbours most, with their images."""
    return _moved_samples(first, second, maker_of(open_bundle(first).spec.dataset))


@st.cache_resource(max_entries=16, show_spinner=False)
def _moved_samples(
    first: str,
    second: str,
    made_by: str | None,  # noqa: ARG001 - the key
) -> list[MovedSample]:
    moved = neighbour_change(first, second).moved
    bundles = open_bundle(first), open_bundle(second)
    indices = moved["index"].to_numpy(np.int64)
    shown = shown_test_images(bundles[0].spec.dataset, indices)
    decodes = [_uris(bundle.model.decode(bundle.test.codes[rows_of(bundle, indices)])) for bundle in bundles]
    return [
        MovedSample(int(index), str(label), float(change), image, shown.made_by, pair)
        for index, label, change, image, pair in zip(
            indices,
            moved["class"],
            moved["change"],
            _uris(shown.images),
            zip(*decodes, strict=True),
            strict=True,
        )
    ]


@st.cache_resource(max_entries=24, show_spinner=False)
@dear
def _neighbours(bundle_id: str, rows: LabelArray) -> LabelArray:
    """Return the nearest neighbours of test codes among each other; those of the usual sample are stored."""
    bundle = open_bundle(bundle_id)
    stored = bundle.derived.neighbours
    if stored is not None and np.array_equal(rows, bundle.derived.sampled_rows):
        return stored
    return neighbour_rows(bundle.test.codes[rows], k=N_NEIGHBOURS)


def _uris(images: FloatArray) -> list[str]:
    return [data_uri(png_bytes(image_pixels(image))) for image in images]
