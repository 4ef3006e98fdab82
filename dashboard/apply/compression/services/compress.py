"""Compression on the page: one image by every method, a .lat file, and files with the user's own step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from dashboard.apply.compression.services.study import Curve, Point
from dashboard.data.catalogue import BY_CONTENT, Bundle, bundle_title, catalogue, open_bundle
from dashboard.data.code_tables import has_test_code
from dashboard.data.images.originals import has_originals, one_image, required_originals, train_images
from dashboard.data.images.search import image_index
from dashboard.data.jobs import Job
from dashboard.data.places import row_of
from dashboard.server.concurrency import limited
from dashboard.server.malloc import return_memory
from latentcore.codec import QuantisationGrid, compress_codes
from latentcore.codec.codec import unit_grid
from latentcore.codec.mosaics import available_formats, mosaic_round_trip
from latentcore.codec.rate_distortion import RatePoint, model_points
from latentcore.metrics.reconstruction import image_psnr
from latentcore.models.pca import PCAModel
from latentcore.studies.pca_codec import fit_pca, quantised_reconstruction
from latentcore.types import FloatArray

SEED = 0
N_OTHERS = 99
"""Other test images in the mosaic that a standard codec compresses together with the chosen one."""
N_IN_FILE = 100
"""Test images in the downloaded file."""
N_CHOICES = (500, 2_000, 10_000)
"""Choices of test images to compress again."""


@dataclass(frozen=True)
class CompressedImage:
    """One image, compressed by a method and decompressed.

    Attributes
    ----------
    title : str
    image : float32 array, shape (channels, height, width)
        In [0, 1].
    point : Point
        The method's setting, as the study measured it.
    psnr : float or None
        Of this image, in dB; None where the original is not on this machine.
    fits : bool
        Whether the setting is within the maximum rate.
    """

    title: str
    image: FloatArray
    point: Point
    psnr: float | None
    fits: bool


def compress_image(dataset: str, index: int, curves: Sequence[Curve], rate: float) -> list[CompressedImage]:
    """Compress a test image with every method, each at its best setting within a rate.

    Models decode the codes in their bundles. PCA and the standard codecs need the original images and are
    left out without them.

    Parameters
    ----------
    dataset : str
    index : int
        Number of the test image.
    curves : sequence of Curve
    rate : float
        Bits per pixel.

    Returns
    -------
    list of CompressedImage
    """
    original = one_image(dataset, "test", index)
    found = []
    for curve in curves:
        point = curve.at_rate(rate)
        image = _decompressed(dataset, index, original, curve, point)
        if image is None:
            continue
        psnr = None if original is None else float(image_psnr(original[None], image[None])[0])
        found.append(CompressedImage(curve.title, image, point, psnr, point.bits_per_pixel <= rate))
    return found


def _decompressed(
    dataset: str, index: int, original: FloatArray | None, curve: Curve, point: Point
) -> FloatArray | None:
    """Return the image after a method at one setting; None where the method lacks what it needs."""
    if curve.grid is not None:
        bundle, grid = open_bundle(f"{dataset}/{curve.name}"), curve.grid.scaled(point.setting["step"])
        return _decoded(bundle, index, grid) if has_test_code(bundle, index) else None
    if original is None or not has_originals(dataset):
        return None
    if curve.kind == "pca":
        return _through_pca(dataset, original, int(point.setting["components"]), point.setting["step"])
    if curve.name not in available_formats():
        return None
    return _through_codec(dataset, index, curve.name, int(point.setting["quality"]), _any_bundle(dataset))


def _decoded(bundle: Bundle, index: int, grid: QuantisationGrid) -> FloatArray:
    code = bundle.test.codes[row_of(bundle, index)][None]
    image: FloatArray = bundle.model.decode(grid.dequantise(grid.quantise(code)))[0]
    return image


@st.cache_data(max_entries=64, show_spinner=False)
@limited
def _through_codec(dataset: str, index: int, name: str, quality: int, bundle_id: str) -> FloatArray:
    """Return a test image after JPEG, WebP or AVIF, compressed in a mosaic with other test images."""
    others = np.random.default_rng(SEED).permutation(len(open_bundle(bundle_id).test))[:N_OTHERS]
    indices = np.concatenate([others[: N_OTHERS // 2], [index], others[N_OTHERS // 2 :]])
    images = required_originals(dataset, "test", indices)
    image: FloatArray = mosaic_round_trip(images, name, quality)[1][N_OTHERS // 2]
    return image


def _any_bundle(dataset: str) -> str:
    """Return the id of a bundle, which tells the number of images; it may be one of this session only."""
    return f"{dataset}/{catalogue().models(dataset)[0]}"


def _through_pca(dataset: str, original: FloatArray, n_components: int, step: float) -> FloatArray:
    model = _fitted_pca(dataset, _any_bundle(dataset))
    decoded: FloatArray = quantised_reconstruction(model, model.encode(original[None]), n_components, step)[0]
    return decoded


@st.cache_resource(max_entries=4, show_spinner="Fitting PCA")
@limited
def _fitted_pca(dataset: str, bundle_id: str) -> PCAModel:
    index = image_index(dataset)
    return fit_pca(train_images(open_bundle(bundle_id))) if index is None else index.pca


@st.cache_data(max_entries=24, show_spinner=False, hash_funcs=BY_CONTENT)
def lat_file(bundle: Bundle, _grid: QuantisationGrid, step: float) -> bytes:
    """Return a .lat file of the codes of 100 random test images, at a multiple of a model's grid."""
    rows = np.sort(np.random.default_rng(SEED).permutation(len(bundle.test))[:N_IN_FILE])
    return compress_codes(bundle.test.codes[rows], bundle, _grid.scaled(step))


# -- compressing again with the user's own step ------------------------------------------


@dataclass(frozen=True)
class Request:
    """What to compress again.

    Attributes
    ----------
    ids : tuple of str
        Bundles of one dataset.
    step : float
        Quantisation step, in standard deviations of a typical code dimension.
    n : int
        Random test images.
    """

    ids: tuple[str, ...]
    step: float
    n: int


@dataclass(frozen=True)
class ModelResult:
    """Rate and distortion of one model at the user's step.

    Attributes
    ----------
    title : str
    n : int
        Images.
    point : RatePoint
    """

    title: str
    n: int
    point: RatePoint


def compress_images(request: Request, job: Job) -> list[ModelResult]:
    """Compress the request's images with every model and decompress them; the work of a job."""
    results = []
    for k, bundle_id in enumerate(request.ids):
        job.announce(bundle_title(bundle_id), k / len(request.ids))
        bundle = open_bundle(bundle_id)
        rows = np.sort(np.random.default_rng(SEED).permutation(len(bundle.test))[: request.n])
        images = required_originals(bundle.spec.dataset, "test", bundle.test.indices[rows])
        point = model_points(bundle, unit_grid(bundle), images, (request.step,), seed=SEED)[0]
        results.append(ModelResult(bundle_title(bundle_id), len(images), point))
        return_memory()
    return results
