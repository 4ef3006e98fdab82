"""What there is to choose from, and the loaded bundles."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakValueDictionary

import streamlit as st

from dashboard.data.jobs import is_busy
from latentcore.datasets import DATASETS
from latentcore.exceptions import LatentcoreError
from latentcore.features import FeatureNetwork, load_feature_network
from latentcore.models import MODELS
from latentcore.store import Bundle, BundleSpec, load_bundle, models_folder, scan_bundles

__all__ = ["Bundle", "Catalogue", "LatentcoreError", "catalogue", "open_bundle"]

FAMILY_ORDER = tuple(MODELS)

_loading = threading.Lock()
_alive: WeakValueDictionary[str, Bundle] = WeakValueDictionary()
"""Bundles that some page or cache holds."""


@dataclass(frozen=True)
class Catalogue:
    """The readable bundles, and what is wrong with the others.

    Attributes
    ----------
    specs : dict of str to BundleSpec
        By bundle id.
    problems : dict of str to str
        One sentence by bundle id.
    """

    specs: Mapping[str, BundleSpec]
    problems: Mapping[str, str]

    def datasets(self) -> list[str]:
        """Return the names of the datasets that have at least one bundle, in registry order."""
        present = {spec.dataset for spec in self.specs.values()}
        return [name for name in DATASETS if name in present] + sorted(present - set(DATASETS))

    def models(self, dataset: str) -> list[str]:
        """Return the bundles of a dataset by name ("vae-d2"), families in the order of the registry."""
        specs = [spec for spec in self.specs.values() if spec.dataset == dataset]
        return [
            spec.name
            for spec in sorted(specs, key=lambda s: (FAMILY_ORDER.index(s.family), s.latent_dim, s.name))
        ]

    def spec(self, dataset: str, model: str) -> BundleSpec:
        """Return the spec of one bundle."""
        return self.specs[f"{dataset}/{model}"]


def catalogue() -> Catalogue:
    """Return what there is; the models folder is looked through at most once a minute.

    Where a bundle that is in use was replaced by another on disk, everything that was made of the former
    one is forgotten, so that no page shows the scores of one beside the map of the other.
    """
    found = _scanned()
    replaced = any(
        files != found.specs[bundle_id].config["files"]
        for bundle_id, files in _files_in_use().items()
        if bundle_id in found.specs
    )
    if replaced and not is_busy():  # a job keeps its place on the server until it is done
        st.cache_data.clear()
        st.cache_resource.clear()
        found = _scanned()
    return found


@st.cache_resource(ttl=60, show_spinner=False)
def _scanned() -> Catalogue:
    specs, problems = scan_bundles()
    return Catalogue({s.id: s for s in specs}, {p.id: p.message for p in problems})


@st.cache_resource(show_spinner=False)
def _files_in_use() -> dict[str, Mapping[str, Any]]:
    """Return size and checksum of the files of each bundle as it was when it was opened."""
    return {}


def catalogue_place() -> str:
    """Return the models folder, for messages."""
    return str(models_folder())


@st.cache_resource(max_entries=10, show_spinner=False)
def open_bundle(bundle_id: str) -> Bundle:
    """Load and verify a bundle once; raises `LatentcoreError` with file and cause.

    One is loaded at a time, and none that some page still holds: each takes 6 MB, and 20 while it is loaded.
    """
    with _loading:
        bundle, spec = _alive.get(bundle_id), _scanned().specs.get(bundle_id)
        if bundle is None or spec is None or bundle.config["files"] != spec.config["files"]:
            _alive[bundle_id] = bundle = load_bundle(bundle_id)
        _files_in_use()[bundle_id] = bundle.config["files"]
        return bundle


@st.cache_resource(max_entries=4, show_spinner=False)
def feature_network(dataset: str) -> FeatureNetwork | None:
    """Return the feature network of a dataset, or None where it has none or it is damaged."""
    try:
        return load_feature_network(dataset)
    except LatentcoreError:
        return None


def bundle_title(bundle_id: str) -> str:
    """Return a bundle's display name, such as "VAE, 16-D"."""
    spec = open_bundle(bundle_id).spec
    return f"{family_title(spec.family)}, {spec.latent_dim}-D"


def dataset_title(name: str) -> str:
    """Return the display name of a dataset."""
    return DATASETS[name].title if name in DATASETS else name


def dataset_description(name: str) -> str:
    """Return one sentence on a dataset."""
    return DATASETS[name].description if name in DATASETS else ""


def family_title(family: str) -> str:
    """Return the display name of a model family."""
    return MODELS[family].title


def card_text(bundle: Bundle) -> str:
    """Return the model card without its title and its pictures, which a page shows itself."""
    body = bundle.card.split("## Pictures")[0]
    return body.partition("\n")[2] if body.startswith("# ") else body


def card_pictures(bundle: Bundle) -> list[tuple[str, bytes]]:
    """Return the card's PNG files by name; one that cannot be read is left out."""
    pictures = []
    for path in sorted((bundle.spec.folder / "card").glob("*.png")):
        try:
            pictures.append((path.name, path.read_bytes()))
        except OSError:
            continue
    return pictures


def megabytes(bundle: Bundle) -> float:
    """Return the size of the bundle's files in MB of 10^6 bytes."""
    return float(sum(facts["bytes"] for facts in bundle.config["files"].values())) / 1e6
