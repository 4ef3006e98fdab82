"""What can be chosen on the page: source of the anomalies, detector and score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.apply.anomaly.services.study import has_one_class, read_one_class
from dashboard.data.catalogue import bundle_title, dataset_title, family_title, open_bundle
from dashboard.data.images.originals import has_originals, originals_problem
from dashboard.data.ownership import dataset_spec, find_dataset, own_datasets
from dashboard.data.study_results import study_or_none
from latentcore.anomaly_scores import ANOMALY_SCORES, available_scores
from latentcore.corruptions import CORRUPTIONS
from latentcore.exceptions import LatentcoreError
from latentcore.out_of_distribution import ood_datasets

OTHER_CLASSES = "classes"
"""Source of the anomalies: the classes of the dataset that are not normal."""
ONE_CLASS = "only-"
"""Beginning of the name of a one-class model, before its family."""


@dataclass(frozen=True)
class Setting:
    """What is normal, what is anomalous, and which model detects it.

    Attributes
    ----------
    dataset : str
    detector : str
        Name of a bundle ("vae-d16"), or "only-" and a family for a one-class model, which was trained on
        the normal class only.
    map_model : str
        Name of the bundle whose map is shown.
    normal : tuple of int
        Normal classes; used only where `anomaly_source` is "classes".
    anomaly_source : str
        "classes", or the name of another dataset or of a corruption.
    """

    dataset: str
    detector: str
    map_model: str
    normal: tuple[int, ...]
    anomaly_source: str

    @property
    def is_one_class(self) -> bool:
        """Whether the model was trained on the normal class only."""
        return self.detector.startswith(ONE_CLASS)

    @property
    def family(self) -> str:
        """Family of a one-class model."""
        return self.detector.removeprefix(ONE_CLASS)


def anomaly_sources(dataset: str, *, labelled: bool) -> dict[str, str]:
    """Return the sources of anomalies, title by name; without originals or labels, some are left out."""
    others = {name: dataset_title(name) for name in _foreign(dataset) if _is_here(name)}
    kinds = {name: one.title for name, one in CORRUPTIONS.items()} if has_originals(dataset) else {}
    classes = {OTHER_CLASSES: "Other classes"} if labelled else {}
    return classes | others | kinds


def unavailable_sources(dataset: str) -> list[str]:
    """Return one sentence per source of anomalies that is not available on this machine, with the reason."""
    found = [originals_problem(name) or "" for name in _foreign(dataset) if not _is_here(name)]
    if not has_originals(dataset):
        found.append("Images can be corrupted only where the originals are on this machine.")
    return found


def detectors(
    dataset: str, bundles: Sequence[str], normal: Sequence[int], anomaly_source: str
) -> dict[str, str]:
    """Return the models that can be chosen, title by name.

    Parameters
    ----------
    dataset : str
    bundles : sequence of str
        Names of the chosen bundles.
    normal : sequence of int
        Normal classes.
    anomaly_source : str

    Returns
    -------
    dict of str to str
        One-class models first, where exactly one class is normal; then the bundles.
    """
    one_class = {}
    study = study_or_none(dataset, "anomaly")
    if anomaly_source == OTHER_CLASSES and len(normal) == 1 and study is not None and has_one_class(study):
        results = read_one_class(study)
        one_class = {
            f"{ONE_CLASS}{family}": f"{family_title(family)}, {results.latent_dim}-D, one-class"
            for family in results.models
        }
    return one_class | {name: bundle_title(f"{dataset}/{name}") for name in bundles}


def score_titles(setting: Setting) -> dict[str, str]:
    """Return the scores that a setting allows, title by name."""
    study = study_or_none(setting.dataset, "anomaly")
    if setting.is_one_class and study is not None:
        names = [read_one_class(study).headline]
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


def corruption_level(anomaly_source: str) -> str:
    """Return the kind, level and unit of a corruption as text; empty for any other source."""
    one = CORRUPTIONS.get(anomaly_source)
    return "" if one is None else f"{one.title} at {one.moderate:g} ({one.unit})"


def _foreign(dataset: str) -> list[str]:
    """Return datasets whose images models of this one can take; none for an unknown dataset.

    Beside the library's datasets, these are added ones that the session may see.
    """
    if find_dataset(dataset) is None:
        return []
    added = own_datasets(of_session=False) + own_datasets(of_session=True)
    taken = {OTHER_CLASSES, *CORRUPTIONS}
    return ood_datasets(dataset, [one.spec() for one in added if one.name not in taken and one.size("test")])


def _is_here(dataset: str) -> bool:
    """Return whether the test images of a dataset can be read."""
    spec = dataset_spec(dataset)
    if spec.fetch is not None:
        return has_originals(dataset)
    try:
        spec.read("test", np.empty(0, np.int64))  # files are checked; images are read or rendered when chosen
    except LatentcoreError:
        return False
    return True
