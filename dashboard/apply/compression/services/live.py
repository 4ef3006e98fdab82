"""Compressing now: one image through every method, a file to take away, and the user's own settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from dashboard.apply.compression.services.study import Curve, Point
from dashboard.data.catalogue import bundle_title, catalogue, open_bundle
from dashboard.data.images.originals import has_originals, one_image, original_images, train_images
from dashboard.data.images.search import image_index
from dashboard.data.jobs import Job
from dashboard.data.places import row_of
from dashboard.server.concurrency import dear
from dashboard.server.malloc import return_memory
from latentcore.codec import QuantisationGrid, compress_codes
from latentcore.codec.codec import unit_grid
from latentcore.codec.mosaics import available_formats, mosaic_round_trip
from latentcore.codec.rate_distortion import RatePoint, model_points
from latentcore.metrics.reconstruction import image_psnr
from latentcore.models.pca import PCAModel
from latentcore.studies.compression import fit_pca, quantised_reconstruction
from latentcore.types import FloatArray

SEED = 0
N_BESIDE = 99
"""Other test images in the mosaic that shows what a format makes of one."""
N_IN_FILE = 100
N_CHOICES = (500, 2_000, 10_000)


@dataclass(frozen=True)
class Squeezed:
    """One image after a method.

    Attributes
    ----------
    title : str
    image : float32 array (c, h, w)
    point : Point
        What the study measured at this setting.
    psnr : float or None
        Of this image; None where the original is not at hand.
    fits : bool
        Whether the setting keeps within the rate that was asked for.
    """

    title: str
    image: FloatArray
    point: Point
    psnr: float | None
    fits: bool


def squeeze(dataset: str, index: int, curves: Sequence[Curve], rate: float) -> list[Squeezed]:
    """Return what the methods make of a test image at the best setting within a rate.

    Models decode the codes in their bundles. PCA and the formats need the original images and are left
    out without them.
    """
    original = one_image(dataset, "test", index)
    found = []
    for curve in curves:
        point = curve.at_rate(rate)
        image = _image(dataset, index, curve, point)
        if image is None:
            continue
        psnr = None if original is None else float(image_psnr(original[None], image[None])[0])
        found.append(Squeezed(curve.title, image, point, psnr, point.bits_per_pixel <= rate))
    return found


def _image(dataset: str, index: int, curve: Curve, point: Point) -> FloatArray | None:
    if curve.grid is not None:
        return _decoded(f"{dataset}/{curve.name}", index, curve.grid.scaled(point.setting["step"]))
    if not has_originals(dataset):
        return None
    if curve.kind == "pca":
        return _through_pca(dataset, index, int(point.setting["components"]), point.setting["step"])
    if curve.name not in available_formats():
        return None
    return _through_format(dataset, index, curve.name, int(point.setting["quality"]))


def _decoded(bundle_id: str, index: int, grid: QuantisationGrid) -> FloatArray:
    bundle = open_bundle(bundle_id)
    code = bundle.test.codes[row_of(bundle_id, index)][None]
    image: FloatArray = bundle.model.decode(grid.dequantise(grid.quantise(code)))[0]
    return image


@st.cache_data(max_entries=64, show_spinner=False)
@dear
def _through_format(dataset: str, index: int, name: str, quality: int) -> FloatArray:
    beside = np.random.default_rng(SEED).permutation(_n_test(dataset))[:N_BESIDE]
    indices = np.concatenate([beside[: N_BESIDE // 2], [index], beside[N_BESIDE // 2 :]])
    images = original_images(dataset, "test", indices)
    assert images is not None  # noqa: S101 - see _image
    image: FloatArray = mosaic_round_trip(images, name, quality)[1][N_BESIDE // 2]
    return image


def _n_test(dataset: str) -> int:
    return len(open_bundle(_any_bundle(dataset)).test)


def _any_bundle(dataset: str) -> str:
    return f"{dataset}/{catalogue().models(dataset)[0]}"


def _through_pca(dataset: str, index: int, n_components: int, step: float) -> FloatArray:
    image = one_image(dataset, "test", index)
    assert image is not None  # noqa: S101 - see _image
    model = _components(dataset)
    decoded: FloatArray = quantised_reconstruction(model, model.encode(image[None]), n_components, step)[0]
    return decoded


@st.cache_resource(max_entries=4, show_spinner="Fitting PCA")
@dear
def _components(dataset: str) -> PCAModel:
    index = image_index(dataset)
    return fit_pca(train_images(_any_bundle(dataset))) if index is None else index.pca


@st.cache_data(max_entries=24, show_spinner=False)
def lat_file(bundle_id: str, _grid: QuantisationGrid, step: float) -> bytes:
    """Return a file of the codes of 100 random test images, at a multiple of a model's grid."""
    bundle = open_bundle(bundle_id)
    rows = np.sort(np.random.default_rng(SEED).permutation(len(bundle.test))[:N_IN_FILE])
    return compress_codes(bundle.test.codes[rows], bundle, _grid.scaled(step))


# -- the user's own settings -------------------------------------------------------------


@dataclass(frozen=True)
class Request:
    """What to compress anew.

    Attributes
    ----------
    ids : tuple of str
        Bundles of one dataset.
    step : float
    n : int
        Random test images.
    """

    ids: tuple[str, ...]
    step: float
    n: int


@dataclass(frozen=True)
class Line:
    """What came of it for one model.

    Attributes
    ----------
    title : str
    n : int
    point : RatePoint
    """

    title: str
    n: int
    point: RatePoint


def compress_anew(request: Request, job: Job) -> list[Line]:
    """Write a file of the request's images with every model and read it back; the work of a job."""
    lines = []
    for k, bundle_id in enumerate(request.ids):
        job.announce(bundle_title(bundle_id), k / len(request.ids))
        bundle = open_bundle(bundle_id)
        rows = np.sort(np.random.default_rng(SEED).permutation(len(bundle.test))[: request.n])
        images = original_images(bundle.spec.dataset, "test", bundle.test.indices[rows])
        assert images is not None  # noqa: S101 - asked before the job begins
        point = model_points(bundle, unit_grid(bundle), images, (request.step,), seed=SEED)[0]
        lines.append(Line(bundle_title(bundle_id), len(images), point))
        return_memory()
    return lines
