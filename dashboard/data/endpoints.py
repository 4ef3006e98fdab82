"""Endpoints of a path through latent space: their code, title and picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from dashboard.data.catalogue import Bundle
from dashboard.data.images.stand_ins import shown_test_image, stand_in_label
from dashboard.data.places import row_of
from latentcore.types import FloatArray


@dataclass(frozen=True)
class ImageEndpoint:
    """The code of a test image, given by its index in the test split."""

    index: int


@dataclass(frozen=True)
class ClassMeanEndpoint:
    """The mean code of a class, given by its label."""

    label: int


Endpoint: TypeAlias = ImageEndpoint | ClassMeanEndpoint


def image_code(bundle: Bundle, index: int) -> FloatArray:
    """Return the code ``(latent_dim,)`` of a test image; raises `BundleError` if the bundle has none."""
    code: FloatArray = bundle.test.codes[row_of(bundle, index)]
    return code


def image_title(bundle: Bundle, index: int) -> str:
    """Return index and group of a test image; raises `BundleError` if the bundle has no code of it."""
    return f"Test image {index}: {bundle.groups[bundle.test_groups[row_of(bundle, index)]]}"


def endpoint_code(bundle: Bundle, endpoint: Endpoint) -> FloatArray:
    """Return the code ``(latent_dim,)`` of an endpoint."""
    if isinstance(endpoint, ImageEndpoint):
        return image_code(bundle, endpoint.index)
    mean: FloatArray = bundle.derived.class_means[endpoint.label]
    return mean


def endpoint_title(bundle: Bundle, endpoint: Endpoint) -> str:
    """Return the display name of an endpoint."""
    if isinstance(endpoint, ImageEndpoint):
        return image_title(bundle, endpoint.index)
    return f"Mean code of {bundle.classes[endpoint.label]}"


def endpoint_picture(bundle: Bundle, endpoint: Endpoint) -> tuple[FloatArray, str]:
    """Return the picture of an endpoint.

    Returns
    -------
    image : float32 array, shape (channels, height, width)
        The test image or its stand-in. The mean code of a class belongs to no image: its decode.
    kind : str
        "decode", or whose stand-in it is; empty for an original image.
    """
    if isinstance(endpoint, ImageEndpoint):
        shown = shown_test_image(bundle.spec.dataset, endpoint.index)
        return shown.images[0], stand_in_label(shown.made_by)
    return bundle.model.decode(endpoint_code(bundle, endpoint)[None])[0], "decode"
