"""Reconstructions of one image by several models."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from dashboard.data.catalogue import BY_CONTENT, Bundle, Space
from dashboard.data.endpoints import image_title
from dashboard.data.images.stand_ins import shown_test_image
from dashboard.data.maps import default_plane, extent_of, plane_of, position_on_plane, stratified_rows
from dashboard.data.places import Neighbour, nearest_train, row_of
from latentcore.geometry import Extent
from latentcore.metrics.reconstruction import image_mse
from latentcore.types import Capability, FloatArray

OUTERMOST = 0.01
"""Share of points at each end of an axis that a small map may leave out of its frame."""
CAVEATS = {
    Capability.APPROXIMATE_DECODER: "approximate decoder, fitted afterwards",
    Capability.INVERSION_ENCODER: "code from the inversion network",
}


@dataclass(frozen=True)
class InputImage:
    """The input image of all models.

    Attributes
    ----------
    image : float32 array (c, h, w)
        In [0, 1].
    made_by : str or None
        Id of the bundle whose decode stands in for a test image that is not on this machine, else None.
    index : int or None
        Number of a test image, None for an image from elsewhere.
    title : str
    notes : tuple of str
        Preprocessing applied, each a clause of a sentence.
    """

    image: FloatArray
    made_by: str | None
    index: int | None
    title: str
    notes: tuple[str, ...] = ()

    @property
    def is_real(self) -> bool:
        """Whether it is an original rather than a stand-in."""
        return self.made_by is None


@dataclass(frozen=True)
class Reconstruction:
    """Code and reconstruction of the input image by one model.

    Attributes
    ----------
    bundle_id, title, caveat : str
        `caveat` is empty for a family with an encoder and a decoder of its own.
    code : float32 array (latent_dim,)
    scores : float32 array (latent_dim,)
        The code standardised by mean and standard deviation of the train codes.
    decode : float32 array (c, h, w)
    residual : float32 array (c, h, w) or None
        Decode minus image; None for a stand-in.
    error : float
        Mean squared error of the decode.
    percentile : float
        Percentile of the error among the test images.
    place : float32 array (2,)
        On the model's default plane.
    is_exact : bool
        False where `place` is blended from the positions of the nearest train codes.
    neighbours : list of Neighbour
    neighbours_by : str or None
        Id of the bundle whose decodes the neighbours' images are; None for originals.
    """

    bundle_id: str
    title: str
    caveat: str
    code: FloatArray
    scores: FloatArray
    decode: FloatArray
    residual: FloatArray | None
    error: float
    percentile: float
    place: FloatArray
    is_exact: bool
    neighbours: list[Neighbour]
    neighbours_by: str | None


@dataclass(frozen=True)
class MapPoints:
    """Positions of test images on a model's default plane.

    Attributes
    ----------
    points : DataFrame
        Columns ``x, y, class``.
    extent : Extent
        Of all but the outermost points.
    classes : tuple of str
    """

    points: pd.DataFrame
    extent: Extent
    classes: tuple[str, ...]


def input_image(bundle: Bundle, index: int) -> InputImage:
    """Return a test image, or its stand-in, as the input image."""
    shown = shown_test_image(bundle.spec.dataset, index)
    return InputImage(shown.images[0], shown.made_by, index, image_title(bundle, index))


def reconstruct(bundle: Bundle, subject: InputImage) -> Reconstruction:
    """Return a model's reconstruction of the input image; a test image's code and error are stored."""
    if subject.index is not None:
        row = row_of(bundle, subject.index)
        code, error = bundle.test.codes[row], float(bundle.test.errors[row])
    else:
        code, error = bundle.model.encode(subject.image[None])[0], None
    decode = bundle.model.decode(code[None])[0]
    if error is None:
        error = float(image_mse(subject.image[None], decode[None])[0])
    plane = default_plane(bundle)
    neighbours, neighbours_by = nearest_train(bundle, code)
    middle, spread = code_scale(bundle)
    return Reconstruction(
        bundle_id=bundle.spec.id,
        title=bundle.spec.title,
        caveat=", ".join(words for what, words in CAVEATS.items() if what in bundle.model.capabilities),
        code=code,
        scores=(code - middle) / spread,
        decode=decode,
        residual=decode - subject.image if subject.is_real else None,
        error=error,
        percentile=100 * float((bundle.test.errors < error).mean()),
        place=position_on_plane(bundle, plane, subject.index, code),
        is_exact=plane == "codes" or subject.index is not None,
        neighbours=neighbours,
        neighbours_by=neighbours_by,
    )


@st.cache_data(max_entries=24, show_spinner=False, hash_funcs=BY_CONTENT)
def code_scale(space: Space) -> tuple[FloatArray, FloatArray]:
    """Return mean and standard deviation of the train codes, each float32 ``(latent_dim,)``."""
    codes = space.train.codes
    return codes.mean(axis=0), np.maximum(codes.std(axis=0), 1e-6)


@st.cache_resource(max_entries=24, show_spinner=False, hash_funcs=BY_CONTENT)
def map_points(space: Space, n: int) -> MapPoints:
    """Return `n` test images on a model's default plane: a class-stratified random sample."""
    plane = plane_of(space, default_plane(space))
    rows = stratified_rows(space.test_groups, n)
    names = np.array(space.groups)[space.test_groups[rows]]
    points = pd.DataFrame({"x": plane.points[rows, 0], "y": plane.points[rows, 1], "class": names})
    low, high = np.quantile(plane.points, [OUTERMOST, 1 - OUTERMOST], axis=0)
    inner = plane.points[((plane.points >= low) & (plane.points <= high)).all(axis=1)]
    framed = inner if len(inner) > 1 else plane.points
    return MapPoints(points, extent_of(framed), space.groups)
