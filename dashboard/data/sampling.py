"""Samples of several models, what they look like to a classifier, and what real images they resemble."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Literal

import numpy as np
import streamlit as st

from dashboard.data.catalogue import bundle_title, feature_network, open_bundle
from dashboard.data.images.search import can_search, nearest_train_images
from dashboard.data.images.stand_ins import shown_train_images
from dashboard.data.maps import plane_of
from dashboard.data.places import row_of
from dashboard.server.concurrency import dear
from latentcore.metrics.nearest_neighbours import nearest
from latentcore.types import Capability, FloatArray, LabelArray

DensityKind = Literal["gaussian", "mixture"]
N_NEAREST = 5


@dataclass(frozen=True)
class Draw:
    """How samples are drawn.

    Attributes
    ----------
    n, seed : int
    temperature : float
    truncation : float or None
    density : "gaussian" or "mixture"
        What is fitted to the codes of a model without a prior.
    """

    n: int
    seed: int
    temperature: float
    truncation: float | None
    density: DensityKind


@dataclass(frozen=True)
class Samples:
    """Samples of one model.

    Attributes
    ----------
    bundle_id, title, source : str
        `source` names the distribution that the codes were drawn from.
    codes : float32 array (n, latent_dim)
    images : float32 array (n, c, h, w)
    labels : int64 array (n,)
        Class of each, as `judge` sees it.
    judge : str
    """

    bundle_id: str
    title: str
    source: str
    codes: FloatArray
    images: FloatArray
    labels: LabelArray
    judge: str


def can_sample(bundle_id: str) -> bool:
    """Return whether a model has a prior or a fitted density."""
    capabilities = open_bundle(bundle_id).model.capabilities
    return bool(capabilities & {Capability.PRIOR, Capability.FITTED_DENSITY})


def draw_samples(bundle_id: str, draw: Draw) -> Samples:
    """Return samples; the same arguments give the same samples on every machine, to 1e-4."""
    return _judged_samples(bundle_id, draw, _judge_of(bundle_id))


@st.cache_data(max_entries=32, show_spinner=False)
@dear
def _judged_samples(bundle_id: str, draw: Draw, judge: str) -> Samples:
    bundle = open_bundle(bundle_id)
    sample, source = bundle.model.sample_codes, bundle.model.sampling
    if draw.density == "mixture" and (mixture := bundle.derived.mixture) is not None:
        sample = mixture.sample
        source = f"a mixture of {len(mixture.components)} Gaussians fitted to the training codes"
    codes = sample(draw.n, seed=draw.seed, temperature=draw.temperature, truncation=draw.truncation)
    images = bundle.model.decode(codes)
    labels = _classify(bundle_id, images, codes)
    return Samples(bundle_id, bundle_title(bundle_id), source, codes, images, labels, judge)


def variations(bundle_id: str, index: int, radius: float, n: int, seed: int) -> FloatArray:
    """Return decodes of codes around that of a test image, float32 ``(n, c, h, w)``; the first is its own.

    The noise is Gaussian with `radius` times the standard deviation of the codes in each dimension.
    """
    bundle = open_bundle(bundle_id)
    row = row_of(bundle_id, index)
    noise = np.random.default_rng(seed).standard_normal((n, bundle.spec.latent_dim), dtype=np.float32)
    noise[0] = 0
    spread = bundle.train.codes.std(axis=0)
    images: FloatArray = bundle.model.decode(bundle.test.codes[row] + np.float32(radius) * spread * noise)
    return images


@dataclass(frozen=True)
class Resembling:
    """The training image nearest to a sample in pixels.

    Attributes
    ----------
    index : int
    label : str
    distance : float
        Euclidean over pixels.
    image : float32 array (c, h, w)
        The original, or what stands in for it.
    made_by : str or None
        Id of the bundle whose decode the image is; None for an original.
    estimated : bool
        Whether the distance is estimated, because the dataset is not at hand.
    """

    index: int
    label: str
    distance: float
    image: FloatArray
    made_by: str | None
    estimated: bool


def resembling(bundle_id: str, image: FloatArray) -> list[Resembling]:
    """Return the training images of the bundle that are nearest to an image ``(c, h, w)``, nearest first.

    None are found where neither the images nor an index of them is at hand.
    """
    bundle = open_bundle(bundle_id)
    found = nearest_train_images(bundle_id, image[None], k=N_NEAREST)
    if found is None:
        return []
    rows = found.rows[0]
    shown = shown_train_images(bundle_id, rows)
    return [
        Resembling(
            index=int(bundle.train.indices[row]),
            label=bundle.classes[bundle.train.labels[row]],
            distance=float(distance),
            image=image,
            made_by=shown.made_by,
            estimated=found.estimated,
        )
        for distance, row, image in zip(found.distances[0], rows, shown.images, strict=True)
    ]


def data_shares(bundle_id: str) -> FloatArray:
    """Return the share of each class among the test images, float32 ``(n_classes,)``."""
    bundle = open_bundle(bundle_id)
    counts = np.bincount(bundle.labels, minlength=len(bundle.classes))
    return (counts / len(bundle.labels)).astype(np.float32)


def on_plane(samples: Samples) -> tuple[FloatArray, FloatArray]:
    """Return where test codes and samples lie: on the codes' own plane, or on their principal directions.

    Returns
    -------
    (float32 array (n, 2), float32 array (m, 2))
    """
    plane = plane_of(samples.bundle_id, "codes" if samples.codes.shape[1] == 2 else "pca")
    assert plane.to_points is not None  # noqa: S101 - both planes are maps of all codes
    return plane.points, plane.to_points(samples.codes)


def samples_npz(samples: Samples, draw: Draw) -> bytes:
    """Return samples with their codes and how they were drawn, as NPZ without pickle."""
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        images=samples.images,
        codes=samples.codes,
        labels=samples.labels,
        seed=np.int64(draw.seed),
        temperature=np.float64(draw.temperature),
        truncation=np.float64(np.inf if draw.truncation is None else draw.truncation),
        model=np.array(samples.bundle_id),
        source=np.array(samples.source),
    )
    return buffer.getvalue()


def _judge_of(bundle_id: str) -> str:
    """Return what says of which class a sample is."""
    network = feature_network(open_bundle(bundle_id).spec.dataset)
    if network is not None:
        return f"the {network.metadata['name']} network"
    return f"the nearest train {'image' if can_search(bundle_id) else 'code'}"


def _classify(bundle_id: str, images: FloatArray, codes: FloatArray) -> LabelArray:
    """Return the class of each image, as the judge sees it."""
    bundle = open_bundle(bundle_id)
    network = feature_network(bundle.spec.dataset)
    if network is not None:
        classes: LabelArray = network.probabilities(images).argmax(axis=1)
        return classes
    found = nearest_train_images(bundle_id, images, k=1)
    rows = nearest(bundle.train.codes, codes, k=1)[1] if found is None else found.rows
    return bundle.train.labels[rows[:, 0]]
