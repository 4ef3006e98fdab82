"""Anomaly scores of normal images and anomalies, with AUROC and ROC curve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import streamlit as st

from dashboard.apply.anomaly.services.setting import OTHER_CLASSES, Setting
from dashboard.apply.anomaly.services.study import read_one_class
from dashboard.data.catalogue import BY_CONTENT, Bundle, dataset_title, open_bundle
from dashboard.data.images.originals import required_originals
from dashboard.data.images.stand_ins import ShownImages, shown_test_images, stand_in_bundle
from dashboard.data.maps import default_plane, plane_of, stratified_rows
from dashboard.data.ownership import content_of
from dashboard.data.places import blended_positions, row_of
from dashboard.data.study_results import study_or_none
from dashboard.server.concurrency import limited
from latentcore.anomaly_scores import ANOMALY_SCORES, ModelOutputs
from latentcore.corruptions import CORRUPTIONS, corrupt
from latentcore.exceptions import BundleError
from latentcore.metrics.detection import Auroc, auroc, roc_curve
from latentcore.out_of_distribution import ood_images
from latentcore.studies.anomaly.one_class import SEED
from latentcore.types import FloatArray

N_IMAGES, N_PER_GROUP = 2_000, 1_000
"""Test images of which some classes are normal; normal images, and anomalies, from different sources."""


@dataclass(frozen=True)
class ImageGroup:
    """Images of one source, encoded by a model.

    Attributes
    ----------
    seen : Seen
        Codes and reconstruction errors.
    images : float32 array, shape (n, channels, height, width)
    made_by : str or None
        Id of the bundle whose decodes stand in for the images; None for originals.
    names : tuple of str
        What each image shows.
    positions : float32 array, shape (n, 2)
        On the default plane of the model.
    """

    seen: ModelOutputs
    images: FloatArray
    made_by: str | None
    names: tuple[str, ...]
    positions: FloatArray


@dataclass(frozen=True)
class Detection:
    """Scored normal images and anomalies.

    Attributes
    ----------
    scores : float32 array, shape (n,)
        Higher is more anomalous.
    anomalous : bool array, shape (n,)
    auroc : Auroc
    images : float32 array, shape (n, channels, height, width)
    names : tuple of str
        What each image shows.
    positions : float32 array, shape (n, 2)
        On the map of `Setting.map_model`.
    made_by : tuple of (str or None)
        Id of the bundle whose decode stands in for each image; None for originals.
    """

    scores: FloatArray
    anomalous: npt.NDArray[np.bool_]
    auroc: Auroc
    images: FloatArray
    names: tuple[str, ...]
    positions: FloatArray
    made_by: tuple[str | None, ...]


def detect(setting: Setting, score: str) -> Detection:
    """Return normal images and anomalies with their scores.

    Raises
    ------
    LatentcoreError
        If originals, a bundle or the study have gone since the choice was made.
    """
    return _detect(setting, score, stand_in_bundle(setting.dataset), content_of(setting.anomaly_source))


def roc_of(found: Detection) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the ROC curve: false positive rates and true positive rates, float64 ``(m,)``."""
    return roc_curve(found.scores, found.anomalous)


@st.cache_resource(max_entries=4, show_spinner="Scoring the images")
def _detect(setting: Setting, score: str, made_by: str | None, content: str) -> Detection:
    if setting.is_one_class:
        return _by_one_class_model(setting, made_by)
    bundle = open_bundle(f"{setting.dataset}/{setting.detector}")
    if setting.anomaly_source == OTHER_CLASSES:
        rows = stratified_rows(bundle.labels, N_IMAGES)
        group = _test_images(bundle, tuple(rows.tolist()), made_by)
        scores = _score(bundle, score, group.seen, setting.normal)
        return _detection(scores, ~np.isin(bundle.labels[rows], setting.normal), [group])
    groups = _normal_and_anomalies(bundle, setting.anomaly_source, made_by, content)
    scores = np.concatenate([_score(bundle, score, group.seen, None) for group in groups])
    return _detection(scores, np.arange(len(scores)) >= len(groups[0].seen), groups)


def _by_one_class_model(setting: Setting, made_by: str | None) -> Detection:
    """Return the test images whose scores by a one-class model the study stored."""
    study = study_or_none(setting.dataset, "anomaly")
    if study is None:
        raise BundleError(
            f"The results of `latentcore study anomaly {setting.dataset}` are gone; run it again."
        )
    results = read_one_class(study)
    bundle = open_bundle(f"{setting.dataset}/{setting.map_model}")
    rows = np.array([row_of(bundle, index) for index in results.scored])
    group = _test_images(bundle, tuple(rows.tolist()), made_by)
    scores = results.models[setting.family][setting.normal[0]].scores
    return _detection(scores, bundle.labels[rows] != setting.normal[0], [group])


def _detection(
    scores: FloatArray, anomalous: npt.NDArray[np.bool_], groups: Sequence[ImageGroup]
) -> Detection:
    return Detection(
        scores=scores,
        anomalous=anomalous,
        auroc=auroc(scores, anomalous),
        images=groups[0].images if len(groups) == 1 else np.concatenate([group.images for group in groups]),
        names=tuple(name for group in groups for name in group.names),
        positions=np.concatenate([group.positions for group in groups]),
        made_by=tuple(group.made_by for group in groups for _ in group.names),
    )


def _score(bundle: Bundle, score: str, seen: ModelOutputs, normal: Sequence[int] | None) -> FloatArray:
    """Return the scores of encoded images; reference: train images of the normal classes, None for all."""
    rows = slice(None) if normal is None else np.isin(bundle.train.labels, normal)
    reference = ModelOutputs(bundle.train.codes[rows], bundle.train.errors[rows])
    return ANOMALY_SCORES[score].measure(bundle.model, reference, seen)


@st.cache_resource(max_entries=4, show_spinner=False, hash_funcs=BY_CONTENT)
@limited
def _test_images(bundle: Bundle, rows: tuple[int, ...], made_by: str | None) -> ImageGroup:
    """Return test images by their rows; without originals, with their stored codes and errors."""
    chosen = np.array(rows)
    names = tuple(bundle.groups[group] for group in bundle.test_groups[chosen])
    positions = plane_of(bundle, default_plane(bundle)).points[chosen]
    shown = _shown(bundle.spec.dataset, tuple(bundle.test.indices[chosen].tolist()), made_by)
    if shown.made_by is None:
        return ImageGroup(
            ModelOutputs.compute(bundle.model, shown.images), shown.images, None, names, positions
        )
    seen = ModelOutputs(bundle.test.codes[chosen], bundle.test.errors[chosen])
    return ImageGroup(seen, shown.images, shown.made_by, names, positions)


@st.cache_resource(max_entries=4, show_spinner=False)
def _shown(
    dataset: str,
    indices: tuple[int, ...],
    made_by: str | None,  # noqa: ARG001 - part of the cache's key
) -> ShownImages:
    return shown_test_images(dataset, np.array(indices, np.int64))


@st.cache_resource(max_entries=2, show_spinner=False, hash_funcs=BY_CONTENT)
def _normal_and_anomalies(
    bundle: Bundle,
    anomaly_source: str,
    made_by: str | None,
    content: str,  # noqa: ARG001 - part of the cache's key: an added dataset may be replaced
) -> tuple[ImageGroup, ImageGroup]:
    """Return random test images, and anomalies of another dataset or corrupted, sampled as the study does."""
    order = np.random.default_rng(SEED).permutation(len(bundle.test))
    n = min(N_PER_GROUP, len(order) // 2)
    normal = _test_images(bundle, tuple(order[:n].tolist()), made_by)
    if anomaly_source not in CORRUPTIONS:
        images = ood_images(anomaly_source, bundle.image_shape, n, seed=SEED)
        return normal, _encoded(bundle, images, (dataset_title(anomaly_source),) * len(images))
    rest = order[n : 2 * n]
    clean = required_originals(bundle.spec.dataset, "test", bundle.test.indices[rest])
    images = corrupt(clean, anomaly_source, CORRUPTIONS[anomaly_source].moderate, seed=SEED)
    names = tuple(f"{bundle.groups[group]}, corrupted" for group in bundle.test_groups[rest])
    return normal, _encoded(bundle, images, names)


def _encoded(bundle: Bundle, images: FloatArray, names: tuple[str, ...]) -> ImageGroup:
    """Return images that are not in the bundle's tables, encoded and placed on its map."""
    seen = ModelOutputs.compute(bundle.model, images)
    plane = default_plane(bundle)
    positions = seen.codes if plane == "codes" else blended_positions(bundle, seen.codes)
    return ImageGroup(seen, images, None, names, positions)
