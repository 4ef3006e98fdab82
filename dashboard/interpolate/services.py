"""Interpolation between two codes of each model, with the plausibility of each step; a grid between four."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import streamlit as st

from dashboard.data.catalogue import BY_CONTENT, Bundle, feature_network
from dashboard.data.endpoints import Endpoint, endpoint_code, image_code
from dashboard.data.images.originals import has_originals
from dashboard.data.images.search import nearest_train_images, usual_image_distance
from dashboard.data.places import distances_to_train
from latentcore.geometry import bilinear_grid, linear_path, path_length, spherical_path
from latentcore.models.capabilities import HasFlow
from latentcore.types import Capability, FloatArray

__all__ = [
    "PathKind",
    "Strip",
    "autoencoder_line",
    "corner_images",
    "has_gaussian_prior",
    "make_strip",
    "path_length",
]

PathKind = Literal["straight", "spherical"]


@dataclass(frozen=True)
class Strip:
    """The decoded path between two endpoints in the latent space of one model.

    Attributes
    ----------
    bundle_id, title : str
    kind : "straight" or "spherical"
    codes : float32 array (n, latent_dim)
    images : float32 array (n, channels, height, width)
        Decodes of the codes.
    length, chord : float
        Length of the decoded path, and distance between the decodes of its endpoints; Euclidean over pixels.
    code_distance : float32 array (n,)
        Distance to the nearest train code, divided by the median of that distance over test codes.
    image_distance : float32 array (n,) or None
        The same for images; None if there are neither train images nor an index of them.
    estimated : bool
        Whether image distances are estimated from the image index, without the train images.
    confidence : float32 array (n,) or None
        Largest class probability of the feature network; None if the dataset has no network.
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


def has_gaussian_prior(bundle: Bundle) -> bool:
    """Return whether the model was trained with the prior N(0, I), for which spherical paths are suitable."""
    return Capability.PRIOR in bundle.model.capabilities


def make_strip(bundle: Bundle, start: Endpoint, end: Endpoint, n_steps: int, kind: PathKind) -> Strip:
    """Interpolate between two endpoints in the latent space of a model.

    Parameters
    ----------
    bundle : Bundle
    start, end : ImageEndpoint or ClassMeanEndpoint
    n_steps : int
        Codes on the path, endpoints included.
    kind : "straight" or "spherical"

    Raises
    ------
    BundleError
        If the bundle has no code of an endpoint's test image.
    """
    originals = has_originals(bundle.spec.dataset)
    return _strip(bundle, start, end, n_steps, kind, originals=originals)


@st.cache_resource(max_entries=64, show_spinner=False, hash_funcs=BY_CONTENT)
def _strip(
    bundle: Bundle,
    start: Endpoint,
    end: Endpoint,
    n_steps: int,
    kind: PathKind,
    *,
    originals: bool,  # noqa: ARG001 - part of the cache key: with the originals, distances are exact
) -> Strip:
    interpolate = spherical_path if kind == "spherical" else linear_path
    codes = interpolate(endpoint_code(bundle, start), endpoint_code(bundle, end), n_steps)
    images = bundle.model.decode(codes)
    found = nearest_train_images(bundle, images, k=1)
    network = feature_network(bundle.spec.dataset)
    return Strip(
        bundle_id=bundle.spec.id,
        title=bundle.spec.title,
        kind=kind,
        codes=codes,
        images=images,
        length=path_length(images),
        chord=path_length(images[[0, -1]]),
        code_distance=distances_to_train(bundle, codes) / bundle.derived.median_code_distance,
        image_distance=None
        if found is None
        else found.distances[:, 0] / usual_image_distance(bundle, estimated=found.estimated),
        estimated=found is not None and found.estimated,
        confidence=None if network is None else network.probabilities(images).max(axis=1),
    )


@st.cache_resource(max_entries=32, show_spinner=False, hash_funcs=BY_CONTENT)
def autoencoder_line(bundle: Bundle, start: Endpoint, end: Endpoint, n_steps: int) -> FloatArray | None:
    """Return decodes of the straight line between the autoencoder's codes of two endpoints.

    Parameters
    ----------
    bundle : Bundle
    start, end : ImageEndpoint or ClassMeanEndpoint
    n_steps : int
        Codes on the line, endpoints included.

    Returns
    -------
    float32 array, shape (n_steps, channels, height, width), or None
        None unless the model joins codes of an autoencoder to a prior by a flow.

    Raises
    ------
    BundleError
        If the bundle has no code of an endpoint's test image.
    """
    model = bundle.model
    if not isinstance(model, HasFlow):
        return None
    codes = np.stack([endpoint_code(bundle, start), endpoint_code(bundle, end)])
    ends = model.flow_path(codes, model.solver_steps)[-1]
    return model.decode_autoencoder_codes(linear_path(ends[0], ends[1], n_steps))


def corner_images(bundle: Bundle, corners: tuple[int, int, int, int], n_cells: int) -> FloatArray:
    """Interpolate bilinearly between the codes of four test images, and decode the grid.

    Parameters
    ----------
    bundle : Bundle
    corners : tuple of int
        Indices of the test images: upper left, upper right, lower left, lower right.
    n_cells : int
        Codes per side of the grid.

    Returns
    -------
    float32 array, shape (n_cells * n_cells, channels, height, width)
        In reading order.

    Raises
    ------
    BundleError
        If the bundle has no code of one of the images.
    """
    codes = np.stack([image_code(bundle, index) for index in corners])
    images: FloatArray = bundle.model.decode(bilinear_grid(codes, n_cells))
    return images
