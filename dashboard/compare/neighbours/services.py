"""Share of the nearest neighbours of each test image that differ between two latent spaces."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from dashboard.data.aligned_maps import common_rows
from dashboard.data.catalogue import BY_CONTENT, Bundle, Space
from dashboard.data.code_tables import rows_of
from dashboard.data.images.pixels import image_uri
from dashboard.data.images.stand_ins import shown_test_images, stand_in_bundle
from dashboard.data.items.pictures import item_picture
from dashboard.data.items.spaces import ItemSpace
from dashboard.data.maps import stratified_rows
from dashboard.server.concurrency import limited
from latentcore.geometry import Extent, square_extent
from latentcore.metrics.similarity import neighbour_rows, shared_neighbours
from latentcore.store.derived import N_NEIGHBOURS, N_SAMPLED
from latentcore.types import FloatArray, LabelArray

__all__ = ["N_NEIGHBOURS"]

N_MOST_CHANGED = 12
SEED = 0


@dataclass(frozen=True)
class NeighbourChange:
    """Share of the nearest neighbours of each sample that two latent spaces do not have in common.

    Attributes
    ----------
    points : DataFrame
        One row per sample: position ``x, y`` on the first model's map, ``class``, ``index`` in the test
        split, and ``change`` in [0, 1], the share of neighbours that differ.
    extent : Extent
        Of the first model's map.
    most_changed : DataFrame
        The `N_MOST_CHANGED` rows of `points` with the largest change; ties are broken at random.
    n_tied : int
        Number of samples with at least as large a change as the last of `most_changed`.
    mean : float
        Mean change.
    expected_by_chance : float
        Expected change between unrelated spaces.
    n_total : int
        Number of test images, or drawn items, of which the points are a sample.
    titles : (str, str)
        Of the two models.
    """

    points: pd.DataFrame
    extent: Extent
    most_changed: pd.DataFrame
    n_tied: int
    mean: float
    expected_by_chance: float
    n_total: int
    titles: tuple[str, str]


@dataclass(frozen=True)
class ChangedSample:
    """A sample whose neighbours differ between two models, with its images as data URIs.

    Attributes
    ----------
    index : int
    label : str
    change : float
    image : str
        The original or its stand-in.
    made_by : str or None
        Id of the bundle whose decode is the stand-in; None for an original.
    decodes : (str, str)
        Reconstruction by the first and by the second model.
    """

    index: int
    label: str
    change: float
    image: str
    made_by: str | None
    decodes: tuple[str, str]


def has_enough_images(first: Space, second: Space) -> bool:
    """Return whether both spaces share enough test images, or items, for each to have ten neighbours."""
    return len(common_rows([first, second])[0]) > N_NEIGHBOURS


@st.cache_resource(max_entries=24, show_spinner=False, hash_funcs=BY_CONTENT)
def neighbour_change(first: Space, second: Space) -> NeighbourChange:
    """Compare the nearest neighbours of the same test images, or items, in the codes of two spaces."""
    bundles = first, second
    common = common_rows(list(bundles))
    chosen = stratified_rows(bundles[0].test_groups[common[0]], N_SAMPLED)
    rows = [part[chosen] for part in common]
    tables = [_neighbours(bundle, part) for bundle, part in zip(bundles, rows, strict=True)]
    test = bundles[0].test
    positions = test.plane[rows[0]]
    points = pd.DataFrame(
        {
            "x": positions[:, 0],
            "y": positions[:, 1],
            "class": np.array(bundles[0].groups)[bundles[0].test_groups[rows[0]]],
            "index": test.indices[rows[0]],
            "change": 1 - shared_neighbours(*tables),
        }
    )
    shuffled = points.sample(frac=1, random_state=SEED)
    most_changed = shuffled.sort_values("change", ascending=False, kind="stable").head(N_MOST_CHANGED)
    return NeighbourChange(
        points=points,
        extent=square_extent(positions),
        most_changed=most_changed,
        n_tied=int((points["change"] >= most_changed["change"].iloc[-1]).sum()),
        mean=float(points["change"].mean()),
        expected_by_chance=1 - N_NEIGHBOURS / (len(points) - 1),
        n_total=len(common[0]),
        titles=(first.title, second.title),
    )


def most_changed_samples(first: Bundle, second: Bundle) -> list[ChangedSample]:
    """Return the samples with the largest neighbour change, with their images and reconstructions."""
    return _most_changed_samples(first, second, stand_in_bundle(first.spec.dataset))


@st.cache_resource(max_entries=16, show_spinner=False, hash_funcs=BY_CONTENT)
def _most_changed_samples(
    first: Bundle,
    second: Bundle,
    made_by: str | None,  # noqa: ARG001 - part of the cache key
) -> list[ChangedSample]:
    most_changed = neighbour_change(first, second).most_changed
    bundles = first, second
    indices = most_changed["index"].to_numpy(np.int64)
    shown = shown_test_images(bundles[0].spec.dataset, indices)
    decodes = [_uris(bundle.model.decode(bundle.test.codes[rows_of(bundle, indices)])) for bundle in bundles]
    return [
        ChangedSample(int(index), str(label), float(change), image, shown.made_by, pair)
        for index, label, change, image, pair in zip(
            indices,
            most_changed["class"],
            most_changed["change"],
            _uris(shown.images),
            zip(*decodes, strict=True),
            strict=True,
        )
    ]


@st.cache_resource(max_entries=24, show_spinner=False, hash_funcs=BY_CONTENT)
@limited
def _neighbours(bundle: Space, rows: LabelArray) -> LabelArray:
    """Return the nearest neighbours of some test codes among each other, from the bundle if stored there."""
    stored = bundle.derived.neighbours
    if stored is not None and np.array_equal(rows, bundle.derived.sampled_rows):
        return stored
    return neighbour_rows(bundle.test.codes[rows], k=N_NEIGHBOURS)


@dataclass(frozen=True)
class ChangedItem:
    """An item whose neighbours differ between two spaces.

    Attributes
    ----------
    id, text, label : str
    change : float
    only_first, only_second : str
        The nearest item in either space that is no neighbour in the other; empty if there is none.
    picture : str or None
        Data URI.
    """

    id: str
    text: str
    label: str
    change: float
    only_first: str
    only_second: str
    picture: str | None


@st.cache_resource(max_entries=16, show_spinner=False, hash_funcs=BY_CONTENT)
def most_changed_items(first: ItemSpace, second: ItemSpace) -> list[ChangedItem]:
    """Return the items with the largest neighbour change, with a neighbour that only one space has."""
    most_changed = neighbour_change(first, second).most_changed
    rows = most_changed["index"].to_numpy(np.int64)
    texts = first.items.names(rows)
    return [
        ChangedItem(
            id=str(first.items.ids[row]),
            text=text,
            label=str(label),
            change=float(change),
            only_first=_only_near(first, second, row),
            only_second=_only_near(second, first, row),
            picture=item_picture(first, row),
        )
        for row, text, label, change in zip(
            rows.tolist(), texts, most_changed["class"], most_changed["change"], strict=True
        )
    ]


def _only_near(one: ItemSpace, other: ItemSpace, row: int) -> str:
    """Return the nearest item of an item in one space that is not among its nearest in the other."""
    near, away = one.item_neighbours(row, k=N_NEIGHBOURS)[0], other.item_neighbours(row, k=N_NEIGHBOURS)[0]
    only = near[~np.isin(near, away)][:1]
    return one.items.names(only)[0] if len(only) else ""


def _uris(images: FloatArray) -> list[str]:
    return [image_uri(image) for image in images]
