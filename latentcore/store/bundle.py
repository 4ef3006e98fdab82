"""Bundles in memory: `BundleSpec` (metadata), `Bundle` (loaded) and `BundleContent` (to be saved)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from latentcore.models import MODELS
from latentcore.models.base import LatentModel
from latentcore.store.code_table import CodeTable
from latentcore.store.names import default_name
from latentcore.store.owners import public_name
from latentcore.store.space import Space
from latentcore.types import Capability, FloatArray, ImageShape

FORMAT_VERSION = 2
"""Version 1 had no derived tables; `latentcore repack` brings its bundles up to date."""

CONFIG_FILE = "config.json"
MODEL_FILE = "model.safetensors"
CODES_FILE = "codes.npz"
DERIVED_FILE = "derived.npz"
HISTORY_FILE = "history.json"
METRICS_FILE = "metrics.json"
GOLDEN_FILE = "golden.npz"
CARD_FILE = "card/README.md"
FORMATION_FILE = "formation.npz"
"""Optional: how the space formed, if the training was recorded."""
BUNDLE_FILES = (
    *(CONFIG_FILE, MODEL_FILE, CODES_FILE, DERIVED_FILE, HISTORY_FILE, METRICS_FILE, GOLDEN_FILE),
    *(CARD_FILE, FORMATION_FILE),
)
"""Every file that a bundle may have, except the pictures of its card."""

IMPORTED = "imported"
"""Field of ``config.json`` of a bundle that came as a zip file."""

PLANE_DIMENSIONS = 2
"""Codes with this many dimensions are themselves the plane; none is stored."""


@dataclass(frozen=True, kw_only=True)
class BundleSpec:
    """Metadata of a bundle, without its arrays.

    Attributes
    ----------
    id : str
        The path below the models folder, such as "digits/vae-d2".
    dataset, family : str
    latent_dim : int
    capabilities : frozenset of Capability
    config : dict
        All of ``config.json``.
    metrics : dict of str to dict
        All of ``metrics.json``: value, n, seed, interval and protocol of each score.
    folder : Path
        Folder of its files.
    given_title : str
        Display name in place of the usual one, if not empty.
    """

    id: str
    dataset: str
    family: str
    latent_dim: int
    capabilities: frozenset[Capability]
    config: Mapping[str, Any]
    metrics: Mapping[str, Any]
    folder: Path
    given_title: str = ""

    @property
    def name(self) -> str:
        """The id without the dataset, such as "vae-d2"."""
        return self.id.rpartition("/")[2]

    @property
    def title(self) -> str:
        """Display name: family and latent dimension, such as "VAE, 16-D", and its own name if it has one."""
        title = f"{MODELS[self.family].title}, {self.latent_dim}-D"
        own = f"{title} ({public_name(self.name)})"
        return self.given_title or (own if self.has_own_name else title)

    @property
    def has_own_name(self) -> bool:
        """Whether it is a variant: its name is not just its family and dimension."""
        return public_name(self.name) != default_name(self.family, self.latent_dim)

    @property
    def is_imported(self) -> bool:
        """Whether it came as a zip file, and so may have been trained elsewhere."""
        return self.config.get(IMPORTED) is True

    @property
    def is_recorded(self) -> bool:
        """Whether it holds the record of how its space formed; see `latentcore.store.read_formation`."""
        return FORMATION_FILE in self.config["files"]

    @property
    def checksums(self) -> str:
        """Checksums of the bundle's files as one text."""
        return " ".join(f"{name} {facts['sha256']}" for name, facts in sorted(self.config["files"].items()))

    def summary(self) -> dict[str, Any]:
        """Return the fields except folder and config as JSON values."""
        return {
            "id": self.id,
            "dataset": self.dataset,
            "family": self.family,
            "latent_dim": self.latent_dim,
            "capabilities": sorted(self.capabilities),
            "metrics": dict(self.metrics),
        }


@dataclass(frozen=True, kw_only=True, eq=False)
class Bundle(Space):
    """A verified, loaded bundle: a space with its model.

    Its tables hold the whole test split, and up to 10,000 seeded train images.

    Attributes
    ----------
    spec : BundleSpec
    model : LatentModel
        Fitted, ready to encode and decode.
    history : list of dict
        One entry per epoch: phase, epoch and losses.
    golden_codes, golden_images : float32 arrays
        A few codes and the images that they decoded to when the bundle was saved.
    card : str
        The model card, Markdown.
    """

    spec: BundleSpec
    model: LatentModel
    history: list[dict[str, Any]]
    golden_codes: FloatArray
    golden_images: FloatArray
    card: str

    @property
    def id(self) -> str:
        """Id of the bundle, such as "digits/vae-d2"."""
        return self.spec.id

    @property
    def title(self) -> str:
        """Display name; see `BundleSpec.title`."""
        return self.spec.title

    @property
    def checksums(self) -> str:
        """Checksums of all files as one text."""
        return self.spec.checksums

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What the model can do."""
        return self.spec.capabilities

    @property
    def config(self) -> Mapping[str, Any]:
        """All of ``config.json``."""
        return self.spec.config

    @property
    def metrics(self) -> Mapping[str, Any]:
        """Every score with its protocol."""
        return self.spec.metrics

    @property
    def classes(self) -> tuple[str, ...]:
        """Class names."""
        return tuple(self.config["classes"])

    @property
    def image_shape(self) -> ImageShape:
        """``(channels, height, width)``."""
        return self.model.image_shape_


@dataclass(frozen=True, kw_only=True)
class BundleContent:
    """Everything that `latentcore.store.save_bundle` writes.

    Attributes
    ----------
    dataset : str
    classes : tuple of str
    model : LatentModel
        Fitted.
    recipe : dict
        Training command, seed, sizes, CPU seconds and library versions.
    test, train : CodeTable
    history : list of dict
    metrics : dict
    card : str
        Markdown.
    pictures : dict of str to bytes
        PNG files of the card by file name.
    name : str, optional
        Tells it from other bundles of its family and dimension; by default `default_name`.
    formation : bytes, optional
        Content of ``formation.npz``; see `latentcore.store.formation`.
    """

    dataset: str
    classes: tuple[str, ...]
    model: LatentModel
    recipe: Mapping[str, Any]
    test: CodeTable
    train: CodeTable
    history: list[dict[str, Any]]
    metrics: Mapping[str, Any]
    card: str
    pictures: Mapping[str, bytes]
    name: str = ""
    formation: bytes | None = None

    @property
    def bundle_name(self) -> str:
        """Name of its folder below that of the dataset."""
        return self.name or default_name(self.model.family, self.model.latent_dim)
