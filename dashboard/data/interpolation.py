"""Paths between two images through the latent space of a model, and how plausible each step is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import streamlit as st

from dashboard.data.catalogue import bundle_title, feature_network, open_bundle
from dashboard.data.images.originals import has_originals
from dashboard.data.images.search import nearest_train_images, usual_image_distance
from dashboard.data.images.stand_ins import shown_test_image, stand_in_words
from dashboard.data.places import distances_to_real, row_of
from latentcore.geometry import bilinear_grid, linear_path, path_length, spherical_path
from latentcore.types import Capability, FloatArray

PathKind = Literal["straight", "spherical"]


@dataclass(frozen=True)
class End:
    """One end of a path: a test image by its number, or the mean code of a class by its number."""

    index: int | None = None
    label: int | None = None


@dataclass(frozen=True)
class Strip:
    """A path through one model.

    Attributes
    ----------
    bundle_id, title : str
    kind : "straight" or "spherical"
    codes : float32 array (n, latent_dim)
    images : float32 array (n, c, h, w)
    length, chord : float
        Of the decoded path, and the distance of its ends; Euclidean over pixels.
    code_distance : float32 array (n,)
        To the nearest real (train) code, over the median of test images.
    image_distance : float32 array (n,) or None
        The same for images; None where there is nothing to search.
    estimated : bool
        Whether image distances are estimated, because the dataset is not at hand.
    confidence : float32 array (n,) or None
        Largest class probability of the feature network, where the dataset has one.
    """

    bundle_id: str
    title: str
    kind: PathKind
    codes: FloatArray
    images: FloatArray
    length: float
    chord: float
    code_distance: FloatArray
    image_distance: FloatArray | None
    estimated: bool
    confidence: FloatArray | None


def has_gaussian_prior(bundle_id: str) -> bool:
    """Return whether the model was trained with N(0, I) as prior, which makes arcs apt."""
    return Capability.PRIOR in open_bundle(bundle_id).model.capabilities


def end_code(bundle_id: str, end: End) -> FloatArray:
    """Return the code ``(latent_dim,)`` of an end."""
    bundle = open_bundle(bundle_id)
    if end.index is not None:
        code: FloatArray = bundle.test.codes[row_of(bundle_id, end.index)]
        return code
    assert end.label is not None  # noqa: S101 - one of the two is set
    mean: FloatArray = bundle.derived.class_means[end.label]
    return mean


def end_title(bundle_id: str, end: End) -> str:
    """Return an end in words."""
    bundle = open_bundle(bundle_id)
    if end.index is not None:
        return f"Test image {end.index}: {bundle.classes[bundle.test.labels[row_of(bundle_id, end.index)]]}"
    assert end.label is not None  # noqa: S101
    return f"Mean code of {bundle.classes[end.label]}"


def end_picture(bundle_id: str, end: End) -> tuple[FloatArray, str]:
    """Return a picture ``(c, h, w)`` of an end, and what it is where it is no original; else nothing.

    The mean code of a class belongs to no image: its decode by this model is shown.
    """
    bundle = open_bundle(bundle_id)
    if end.index is None:
        return bundle.model.decode(end_code(bundle_id, end)[None])[0], "decode"
    shown = shown_test_image(bundle.spec.dataset, end.index)
    return shown.images[0], stand_in_words(shown.made_by)


def make_strip(bundle_id: str, start: End, end: End, n_steps: int, kind: PathKind) -> Strip:
    """Return the path between two ends through a model."""
    originals = has_originals(open_bundle(bundle_id).spec.dataset)
    return _strip(bundle_id, start, end, n_steps, kind, originals=originals)


@st.cache_resource(max_entries=64, show_spinner=False)
def _strip(
    bundle_id: str,
    start: End,
    end: End,
    n_steps: int,
    kind: PathKind,
    *,
    originals: bool,  # noqa: ARG001 - the key: distances are exact once the images are at hand
) -> Strip:
    bundle = open_bundle(bundle_id)
    walk = spherical_path if kind == "spherical" else linear_path
    codes = walk(end_code(bundle_id, start), end_code(bundle_id, end), n_steps)
    images = bundle.model.decode(codes)
    found = nearest_train_images(bundle_id, images, k=1)
    network = feature_network(bundle.spec.dataset)
    return Strip(
        bundle_id=bundle_id,
        title=bundle_title(bundle_id),
        kind=kind,
        codes=codes,
        images=images,
        length=path_length(images),
        chord=path_length(images[[0, -1]]),
        code_distance=distances_to_real(bundle_id, codes) / bundle.derived.median_code_distance,
        image_distance=None
        if found is None
        else found.distances[:, 0] / usual_image_distance(bundle_id, estimated=found.estimated),
        estimated=found is not None and found.estimated,
        confidence=None if network is None else network.probabilities(images).max(axis=1),
    )


def corner_images(bundle_id: str, corners: tuple[int, int, int, int], n_cells: int) -> FloatArray:
    """Return decodes on a square grid between the codes of four test images, in reading order."""
    codes = np.stack([end_code(bundle_id, End(index=index)) for index in corners])
    images: FloatArray = open_bundle(bundle_id).model.decode(bilinear_grid(codes, n_cells))
    return images
