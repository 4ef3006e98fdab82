"""Samples of models, their predicted classes, and their nearest train images.

Temperature and truncation act in `latentcore.models.density`.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Literal

import numpy as np
import streamlit as st

from dashboard.data.catalogue import BY_CONTENT, Bundle, feature_network, open_bundle
from dashboard.data.images.search import can_search, nearest_train_images
from dashboard.data.images.stand_ins import shown_train_images
from dashboard.data.maps import plane_of
from dashboard.data.places import row_of
from dashboard.server.concurrency import limited
from latentcore.metrics.nearest_neighbours import nearest
from latentcore.store.owners import public_id
from latentcore.types import FloatArray, LabelArray

DensityKind = Literal["gaussian", "mixture"]
N_NEAREST = 5


@dataclass(frozen=True)
class SamplingSettings:
    """Sampling settings.

    Attributes
    ----------
    n, seed : int
    temperature : float
    truncation : float or None
    density : "gaussian" or "mixture"
        Density fitted to the codes of a model without a prior.
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
        `source` names the distribution that the codes were sampled from.
    codes : float32 array (n, latent_dim)
    images : float32 array (n, c, h, w)
    labels : int64 array (n,)
        Predicted class of each sample, or without labels its cluster: an index into the bundle's groups.
    classifier : str
        What predicted the classes.
    """

    bundle_id: str
    title: str
    source: str
    codes: FloatArray
    images: FloatArray
    labels: LabelArray
    classifier: str


def sample_images(bundle: Bundle, draw: SamplingSettings) -> Samples:
    """Sample a model; the same arguments give the same samples on every machine, to 1e-4."""
    return _classified_samples(bundle, draw, _classifier_name(bundle))


@st.cache_data(max_entries=32, show_spinner=False, hash_funcs=BY_CONTENT)
@limited
def _classified_samples(bundle: Bundle, draw: SamplingSettings, classifier: str) -> Samples:
    sample, source = bundle.model.sample_codes, bundle.model.sampling
    if draw.density == "mixture" and (mixture := bundle.derived.mixture) is not None:
        sample = mixture.sample
        source = f"a mixture of {len(mixture.components)} Gaussians fitted to the training codes"
    codes = sample(draw.n, seed=draw.seed, temperature=draw.temperature, truncation=draw.truncation)
    images = bundle.model.decode(codes)
    labels = _classify(bundle, images, codes)
    return Samples(bundle.spec.id, bundle.spec.title, source, codes, images, labels, classifier)


def variations(bundle: Bundle, index: int, radius: float, n: int, seed: int) -> FloatArray:
    """Return decodes of random codes around that of a test image, float32 ``(n, c, h, w)``, its own first.

    The noise is Gaussian with `radius` times the standard deviation of the codes in each dimension.
    """
    row = row_of(bundle, index)
    noise = np.random.default_rng(seed).standard_normal((n, bundle.spec.latent_dim), dtype=np.float32)
    noise[0] = 0
    spread = bundle.train.codes.std(axis=0)
    images: FloatArray = bundle.model.decode(bundle.test.codes[row] + np.float32(radius) * spread * noise)
    return images


@dataclass(frozen=True)
class NearestImage:
    """A training image among the nearest of a sample in pixel space.

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
        Whether the distance is estimated, without the images.
    """

    index: int
    label: str
    distance: float
    image: FloatArray
    made_by: str | None
    estimated: bool


def nearest_images(bundle: Bundle, image: FloatArray) -> list[NearestImage]:
    """Return the bundle's training images nearest to an image ``(c, h, w)``, nearest first.

    Empty where neither the images nor an index of them is on this machine.
    """
    found = nearest_train_images(bundle, image[None], k=N_NEAREST)
    if found is None:
        return []
    rows = found.rows[0]
    shown = shown_train_images(bundle, rows)
    return [
        NearestImage(
            index=int(bundle.train.indices[row]),
            label=bundle.groups[bundle.train_groups[row]],
            distance=float(distance),
            image=image,
            made_by=shown.made_by,
            estimated=found.estimated,
        )
        for distance, row, image in zip(found.distances[0], rows, shown.images, strict=True)
    ]


def group_shares(bundle: Bundle) -> FloatArray:
    """Return the share of each class or cluster among the test images, float32 ``(n_groups,)``."""
    counts = np.bincount(bundle.test_groups, minlength=len(bundle.groups))
    return (counts / len(bundle.test)).astype(np.float32)


def on_plane(samples: Samples) -> tuple[FloatArray, FloatArray]:
    """Project test codes and samples onto the codes' own plane or, above two dimensions, their first two PCs.

    Returns
    -------
    (float32 array (n, 2), float32 array (m, 2))
    """
    plane = plane_of(open_bundle(samples.bundle_id), "codes" if samples.codes.shape[1] == 2 else "pca")
    assert plane.to_points is not None  # noqa: S101 - both planes are maps of all codes
    return plane.points, plane.to_points(samples.codes)


def samples_npz(samples: Samples, draw: SamplingSettings) -> bytes:
    """Return samples, codes and sampling settings as NPZ bytes, without pickle."""
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        images=samples.images,
        codes=samples.codes,
        labels=samples.labels,
        seed=np.int64(draw.seed),
        temperature=np.float64(draw.temperature),
        truncation=np.float64(np.inf if draw.truncation is None else draw.truncation),
        model=np.array(public_id(samples.bundle_id)),
        source=np.array(samples.source),
    )
    return buffer.getvalue()


def _classifier_name(bundle: Bundle) -> str:
    """Return what predicts the class, or without labels the cluster, of samples."""
    if not bundle.has_labels:
        return "the nearest cluster centre"
    network = feature_network(bundle.spec.dataset)
    if network is not None:
        return f"the {network.metadata['name']} network"
    return f"the nearest train {'image' if can_search(bundle) else 'code'}"


def _classify(bundle: Bundle, images: FloatArray, codes: FloatArray) -> LabelArray:
    """Return the predicted class, or without labels the cluster, of each image."""
    if not bundle.has_labels:
        return bundle.assigned_groups(codes)
    network = feature_network(bundle.spec.dataset)
    if network is not None:
        classes: LabelArray = network.probabilities(images).argmax(axis=1)
        return classes
    found = nearest_train_images(bundle, images, k=1)
    rows = nearest(bundle.train.codes, codes, k=1)[1] if found is None else found.rows
    return bundle.train.labels[rows[:, 0]]
