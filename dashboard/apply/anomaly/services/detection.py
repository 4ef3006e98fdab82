"""How well a model tells anomalies from what is normal, on stored codes or on images at hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import streamlit as st

from dashboard.apply.anomaly.services.study import kept_models
from dashboard.data.catalogue import bundle_title, dataset_title, family_title, open_bundle
from dashboard.data.images.originals import has_originals, original_images, originals_problem
from dashboard.data.images.stand_ins import Shown, maker_of, shown_test_images
from dashboard.data.maps import default_plane, plane_of, stratified_rows
from dashboard.data.places import blended_places, row_of
from dashboard.data.study_results import study_or_none
from dashboard.server.concurrency import dear
from latentcore.anomaly_scores import ANOMALY_SCORES, ModelOutputs, available_scores
from latentcore.corruptions import CORRUPTIONS, corrupt
from latentcore.datasets import DATASETS
from latentcore.metrics.detection import Auroc, auroc, roc_curve
from latentcore.out_of_distribution import ood_datasets, ood_images
from latentcore.studies.anomaly.one_class import SEED
from latentcore.types import FloatArray, LabelArray

CLASSES = "classes"
"""The name of what stands against the normal classes: the other ones."""
N_IMAGES, N_A_SIDE = 2_000, 1_000
ALONE = "only-"
"""What the name of a model begins with that was shown the normal class alone."""


@dataclass(frozen=True)
class Setting:
    """What is normal, and what is not.

    Attributes
    ----------
    dataset : str
    detector : str
        Name of a bundle ("vae-d16"), or "only-" and a family for a model of the normal class alone.
    background : str
        Name of the bundle whose map is shown.
    normal : tuple of int
        Normal classes; what counts with `against` "classes" only.
    against : str
        "classes", or the name of another dataset or of a corruption.
    """

    dataset: str
    detector: str
    background: str
    normal: tuple[int, ...]
    against: str

    @property
    def is_alone(self) -> bool:
        """Whether the model was shown the normal class alone."""
        return self.detector.startswith(ALONE)


@dataclass(frozen=True)
class Side:
    """Images, what a model makes of them, and where they lie.

    Attributes
    ----------
    seen : Seen
    images : float32 array, shape (n, channels, height, width)
    made_by : str or None
        Id of the bundle whose decodes stand in for the images; None for originals.
    names : tuple of str
        What each image shows.
    places : float32 array, shape (n, 2)
    """

    seen: ModelOutputs
    images: FloatArray
    made_by: str | None
    names: tuple[str, ...]
    places: FloatArray


@dataclass(frozen=True)
class Detection:
    """Scored images of both sides.

    Attributes
    ----------
    scores : float32 array, shape (n,)
        Higher is more anomalous.
    anomalous : bool array, shape (n,)
    area : Auroc
    images : float32 array, shape (n, channels, height, width)
    names : tuple of str
    places : float32 array, shape (n, 2)
        On the map of the background bundle.
    makers : tuple of (str or None)
        Id of the bundle whose decode stands in for each image; None for originals.
    """

    scores: FloatArray
    anomalous: npt.NDArray[np.bool_]
    area: Auroc
    images: FloatArray
    names: tuple[str, ...]
    places: FloatArray
    makers: tuple[str | None, ...]


def rivals(dataset: str) -> dict[str, str]:
    """Return what can stand against the normal images, title by name; datasets not at hand are left out."""
    at_hand = {name: dataset_title(name) for name in _foreign(dataset) if has_originals(name)}
    spoilt = {name: one.title for name, one in CORRUPTIONS.items()} if has_originals(dataset) else {}
    return {CLASSES: "Other classes", **at_hand, **spoilt}


def _foreign(dataset: str) -> list[str]:
    """Return datasets whose images can be shown to models of this one; none where it is unknown here."""
    return ood_datasets(dataset) if dataset in DATASETS else []


def absent_rivals(dataset: str) -> list[str]:
    """Return in one sentence each what cannot stand against the normal images here, and why."""
    found = [originals_problem(name) or "" for name in _foreign(dataset) if not has_originals(name)]
    if not has_originals(dataset):
        found.append("Images can be spoilt only where the originals are at hand.")
    return found


def detectors(dataset: str, bundles: Sequence[str], normal: Sequence[int], against: str) -> dict[str, str]:
    """Return the models that can be asked, title by name: those of one class first, where they apply."""
    alone = {}
    study = study_or_none(dataset, "anomaly")
    if against == CLASSES and len(normal) == 1 and study is not None:
        alone = {
            ALONE
            + family: f"{family_title(family)}, {study.found['one_class']['latent_dim']}-D, shown it alone"
            for family in kept_models(study)
        }
    return alone | {name: bundle_title(f"{dataset}/{name}") for name in bundles}


def score_titles(setting: Setting) -> dict[str, str]:
    """Return the scores that a setting allows, title by name."""
    study = study_or_none(setting.dataset, "anomaly")
    if setting.is_alone and study is not None:
        names = [study.found["one_class"]["headline"]]
    else:
        bundle = open_bundle(f"{setting.dataset}/{setting.detector}")
        originals = has_originals(setting.dataset)
        names = [
            name
            for name in available_scores(bundle.model.capabilities)
            if originals or not ANOMALY_SCORES[name].needs_images
        ]
    return {name: ANOMALY_SCORES[name].title for name in names}


def score_meaning(name: str) -> str:
    """Return one sentence on a score."""
    return ANOMALY_SCORES[name].meaning


def detect(setting: Setting, score: str) -> Detection:
    """Return the scores of both sides."""
    return _detect(setting, score, maker_of(setting.dataset))


@st.cache_resource(max_entries=4, show_spinner="Scoring the images")
def _detect(setting: Setting, score: str, made_by: str | None) -> Detection:
    if setting.is_alone:
        return _kept(setting, made_by)
    bundle_id = f"{setting.dataset}/{setting.detector}"
    if setting.against == CLASSES:
        rows = stratified_rows(open_bundle(bundle_id).labels, N_IMAGES)
        both = _test_side(bundle_id, tuple(rows.tolist()), made_by)
        anomalous = ~np.isin(open_bundle(bundle_id).labels[rows], setting.normal)
        scores = _measure(bundle_id, score, both.seen, setting.normal)
        parts: Sequence[Side] = [both]
    else:
        parts = _sides(bundle_id, setting.against, made_by)
        scores = np.concatenate([_measure(bundle_id, score, side.seen, None) for side in parts])
        anomalous = np.arange(len(scores)) >= len(parts[0].seen)
    return Detection(
        scores=scores,
        anomalous=anomalous,
        area=auroc(scores, anomalous),
        images=parts[0].images if len(parts) == 1 else np.concatenate([side.images for side in parts]),
        names=tuple(name for side in parts for name in side.names),
        places=np.concatenate([side.places for side in parts]),
        makers=tuple(side.made_by for side in parts for _ in side.names),
    )


def _measure(bundle_id: str, score: str, seen: ModelOutputs, normal: Sequence[int] | None) -> FloatArray:
    bundle = open_bundle(bundle_id)
    rows = slice(None) if normal is None else np.isin(bundle.train.labels, normal)
    reference = ModelOutputs(bundle.train.codes[rows], bundle.train.errors[rows])
    return ANOMALY_SCORES[score].measure(bundle.model, reference, seen)


@st.cache_resource(max_entries=4, show_spinner=False)
@dear
def _test_side(bundle_id: str, rows: tuple[int, ...], made_by: str | None) -> Side:
    """Return test images by their rows; without originals, the stored codes and errors are scored."""
    bundle, chosen = open_bundle(bundle_id), np.array(rows)
    names = tuple(bundle.classes[label] for label in bundle.labels[chosen])
    places = plane_of(bundle_id, default_plane(bundle_id)).points[chosen]
    shown = _shown(bundle.spec.dataset, tuple(bundle.test.indices[chosen].tolist()), made_by)
    if shown.made_by is None:
        return Side(ModelOutputs.compute(bundle.model, shown.images), shown.images, None, names, places)
    seen = ModelOutputs(bundle.test.codes[chosen], bundle.test.errors[chosen])
    return Side(seen, shown.images, shown.made_by, names, places)


@st.cache_resource(max_entries=4, show_spinner=False)
def _shown(
    dataset: str,
    indices: tuple[int, ...],
    made_by: str | None,  # noqa: ARG001 - the key
) -> Shown:
    return shown_test_images(dataset, np.array(indices, np.int64))


@st.cache_resource(max_entries=2, show_spinner=False)
def _sides(bundle_id: str, against: str, made_by: str | None) -> tuple[Side, Side]:
    """Return random test images, and images of elsewhere or other test images spoilt, as the study does."""
    bundle = open_bundle(bundle_id)
    order = np.random.default_rng(SEED).permutation(len(bundle.test))
    n = min(N_A_SIDE, len(order) // 2)
    normal = _test_side(bundle_id, tuple(order[:n].tolist()), made_by)
    if against not in CORRUPTIONS:
        images = ood_images(against, bundle.image_shape, n, seed=SEED)
        return normal, _strange_side(bundle_id, images, (dataset_title(against),) * len(images))
    rest = order[n : 2 * n]
    clean = _originals_of(bundle_id, bundle.test.indices[rest])
    images = corrupt(clean, against, CORRUPTIONS[against].moderate, seed=SEED)
    names = tuple(f"{bundle.classes[label]}, spoilt" for label in bundle.labels[rest])
    return normal, _strange_side(bundle_id, images, names)


def _strange_side(bundle_id: str, images: FloatArray, names: tuple[str, ...]) -> Side:
    seen = ModelOutputs.compute(open_bundle(bundle_id).model, images)
    plane = default_plane(bundle_id)
    places = seen.codes if plane == "codes" else blended_places(bundle_id, seen.codes)
    return Side(seen, images, None, names, places)


def _originals_of(bundle_id: str, indices: LabelArray) -> FloatArray:
    images = original_images(open_bundle(bundle_id).spec.dataset, "test", indices)
    assert images is not None  # noqa: S101 - the caller asks has_originals
    return images


def _kept(setting: Setting, made_by: str | None) -> Detection:
    """Return what a model of the normal class alone made of the images that the study kept scores of."""
    study = study_or_none(setting.dataset, "anomaly")
    assert study is not None  # noqa: S101 - see detectors
    kept = kept_models(study)[setting.detector.removeprefix(ALONE)][setting.normal[0]]
    bundle_id = f"{setting.dataset}/{setting.background}"
    bundle = open_bundle(bundle_id)
    rows = np.array([row_of(bundle_id, index) for index in study.found["one_class"]["kept"]])
    side = _test_side(bundle_id, tuple(rows.tolist()), made_by)
    anomalous = bundle.labels[rows] != setting.normal[0]
    return Detection(
        scores=kept.scores,
        anomalous=anomalous,
        area=auroc(kept.scores, anomalous),
        images=side.images,
        names=side.names,
        places=side.places,
        makers=(side.made_by,) * len(rows),
    )


def curve_of(found: Detection) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the ROC curve: shares of normal images flagged, and of anomalies caught."""
    return roc_curve(found.scores, found.anomalous)


def rival_level(against: str) -> str:
    """Return how strongly a corruption spoils, in words; empty for anything else."""
    one = CORRUPTIONS.get(against)
    return "" if one is None else f"{one.title} at {one.moderate:g} ({one.unit})"
