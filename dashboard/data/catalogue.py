"""The catalogue of bundles, and cached loading of bundles."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO, TypeVar
from weakref import WeakValueDictionary

import streamlit as st

from dashboard.data.items.spaces import ItemSpace, SpaceSpec, find_collection, found_spaces
from dashboard.data.ownership import find_dataset, may_see
from latentcore.datasets import DATASETS
from latentcore.exceptions import LatentcoreError, UnknownNameError
from latentcore.features import FeatureNetwork, load_feature_network
from latentcore.models import MODELS
from latentcore.recipes import ZOO
from latentcore.store import (
    Bundle,
    BundleSpec,
    Space,
    load_bundle,
    models_folder,
    pack_bundle,
    scan_bundles,
    unpack_bundle,
)
from latentcore.store.names import default_name
from latentcore.store.owners import public_id, public_name

__all__ = ["Bundle", "BundleSpec", "Catalogue", "LatentcoreError", "Space", "catalogue", "open_bundle"]

FAMILY_ORDER = tuple(MODELS)
SHIPPED = frozenset(f"{dataset}/{default_name(family, dim)}" for dataset, family, dim in ZOO)
"""Ids of the bundles that come with the program; all others were trained here, or imported as a zip file."""
TRAINED_HERE, IMPORTED, ENDING = "trained here", "imported", "trained"
"""The marks in the title of a bundle, and the ending of the name of one that the page Train makes."""
Entry = TypeVar("Entry")

_loading = threading.Lock()
_alive: WeakValueDictionary[str, Bundle] = WeakValueDictionary()
"""Bundles in memory that a page or a cache refers to."""


@dataclass(frozen=True)
class Catalogue:
    """The readable bundles and spaces, and the problems of the others.

    A collection of items is chosen like a dataset, a space without a model like a model.

    Attributes
    ----------
    specs : dict of str to BundleSpec
        By bundle id.
    problems : dict of str to str
        One sentence by id.
    spaces : dict of str to SpaceSpec
        Spaces without a model, by id.
    """

    specs: Mapping[str, BundleSpec]
    problems: Mapping[str, str]
    spaces: Mapping[str, SpaceSpec] = field(default_factory=dict)

    def datasets(self) -> list[str]:
        """Return the names of the datasets that have at least one bundle, in registry order."""
        present = {spec.dataset for spec in self.specs.values()}
        return [name for name in DATASETS if name in present] + sorted(present - set(DATASETS))

    def models(self, dataset: str) -> list[str]:
        """Return the names of a dataset's bundles ("vae-d2"), families in the order of the registry.

        Of a collection, they are those of its spaces.
        """
        if self.is_collection(dataset):
            return [spec.name for spec in self.spaces.values() if spec.collection.name == dataset]
        specs = [spec for spec in self.specs.values() if spec.dataset == dataset]
        return [spec.name for spec in sorted(specs, key=_order)]

    def collections(self) -> list[str]:
        """Return the names of the collections; a dataset with bundles hides one of the same name."""
        names, taken = {spec.collection.name: None for spec in self.spaces.values()}, self.datasets()
        return [name for name in names if name not in taken]

    def is_collection(self, name: str) -> bool:
        """Return whether a name is that of a collection of items, not of a dataset of images."""
        return name in self.collections()

    def title(self, dataset: str, model: str) -> str:
        """Return the display name of a bundle, or of a space."""
        known = self.spaces if self.is_collection(dataset) else self.specs
        return known[f"{dataset}/{model}"].title

    def spec(self, dataset: str, model: str) -> BundleSpec:
        """Return the spec of one bundle."""
        return self.specs[f"{dataset}/{model}"]


def _order(spec: BundleSpec) -> tuple[int, int, bool, str]:
    """Return the sort key of a dataset's bundles."""
    return FAMILY_ORDER.index(spec.family), spec.latent_dim, spec.has_own_name, spec.name


def _titled(spec: BundleSpec) -> BundleSpec:
    """Return a spec whose title says that the bundle was trained here or imported, unless it was shipped."""
    if spec.id in SHIPPED:
        return spec
    usual = default_name(spec.family, spec.latent_dim)
    own = public_name(spec.name).removeprefix(usual).removeprefix(f"-{ENDING}").lstrip("-")
    title = f"{family_title(spec.family)}, {spec.latent_dim}-D"
    mark = IMPORTED if spec.is_imported else TRAINED_HERE
    return replace(spec, given_title=f"{title} ({mark}{f': {own}' if own else ''})")


@st.cache_resource(ttl=60, show_spinner=False)
def scanned_bundles() -> Catalogue:
    """Return the bundles of all sessions; the models folder is scanned at most once a minute."""
    specs, problems = scan_bundles()
    return Catalogue({s.id: _titled(s) for s in specs}, {p.id: p.message for p in problems})


def catalogue() -> Catalogue:
    """Return the bundles and spaces that the current session may see; see `dashboard.data.ownership`."""
    bundles, spaces = scanned_bundles(), found_spaces()
    problems = {**_visible(bundles.problems), **spaces.problems}
    return Catalogue(_visible(bundles.specs), problems, spaces.specs)


def _visible(by_id: Mapping[str, Entry]) -> dict[str, Entry]:
    return {bundle_id: entry for bundle_id, entry in by_id.items() if may_see(bundle_id)}


def catalogue_place() -> str:
    """Return the models folder, for messages."""
    return str(models_folder())


def open_bundle(bundle_id: str) -> Bundle:
    """Return a loaded and verified bundle; raises `LatentcoreError` with file and cause.

    A bundle of another session is unknown, like one that does not exist.

    A bundle that was replaced on disk is loaded again once `catalogue` has found its new files, so its scores
    and its map are always those of the same files.
    """
    found = catalogue()
    if not may_see(bundle_id):
        raise UnknownNameError(f"No bundle {bundle_id!r}. There is: {', '.join(found.specs)}.")
    spec = found.specs.get(bundle_id)
    return _loaded(bundle_id, "" if spec is None else spec.checksums)


def store_bundle(file: BinaryIO, bundle_id: str) -> None:
    """Check the bundle of a zip file and store it under an id of the current session, or of nobody.

    Raises
    ------
    LatentcoreError
        With the cause, in one sentence.
    """
    if not may_see(bundle_id):
        raise UnknownNameError(f"No bundle {bundle_id!r} can be stored here.")
    unpack_bundle(file, bundle_id=bundle_id)
    scanned_bundles.clear()


def zip_file(bundle: Bundle) -> bytes:
    """Return a bundle as a zip file."""
    return pack_bundle(bundle.spec)


@st.cache_resource(max_entries=10, show_spinner=False)
def _loaded(bundle_id: str, checksums: str) -> Bundle:
    """Load a bundle, or reuse one that a page still refers to: each takes 6 MB, and 20 MB while loading."""
    with _loading:
        bundle = _alive.get(bundle_id)
        if bundle is None or bundle.checksums != checksums:
            loaded = load_bundle(bundle_id)
            _alive[bundle_id] = bundle = replace(loaded, spec=_titled(loaded.spec))
        return bundle


def _content(space: Space) -> str:
    """Return the cache key of a space: its id and the checksums of its files."""
    return f"{space.id} {space.checksums}"


BY_CONTENT: dict[str | type[Any], Callable[[Any], Any]] = {Bundle: _content, ItemSpace: _content}
"""``hash_funcs`` of caches with bundles or spaces as arguments: the key is the id with the checksums of the
files."""


@st.cache_resource(max_entries=4, show_spinner=False)
def feature_network(dataset: str) -> FeatureNetwork | None:
    """Return the feature network of a dataset, or None where it has none or it is damaged."""
    try:
        return load_feature_network(dataset)
    except LatentcoreError:
        return None


def bundle_title(bundle_id: str) -> str:
    """Return the display name of a bundle or space, such as "VAE, 16-D", or its id if it is not there."""
    found = catalogue()
    spec = found.specs.get(bundle_id) or found.spaces.get(bundle_id)
    return public_id(bundle_id) if spec is None else spec.title


def file_stem(bundle_id: str) -> str:
    """Return the beginning of the names of files with a bundle's data, such as "mnist-vae-d16"."""
    return public_id(bundle_id).replace("/", "-")


def dataset_title(name: str) -> str:
    """Return the display name of a dataset, or of a collection."""
    spec = find_dataset(name) or find_collection(name)
    return name if spec is None else spec.title


def dataset_description(name: str) -> str:
    """Return one sentence on a dataset."""
    spec = find_dataset(name)
    return "" if spec is None else spec.description


def family_title(family: str) -> str:
    """Return the display name of a model family."""
    return MODELS[family].title
