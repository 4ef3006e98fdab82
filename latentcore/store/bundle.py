"""Bundles in memory: `BundleSpec` (metadata), `Bundle` (loaded) and `BundleContent` (to be saved)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from latentcore.models.base import LatentModel
from latentcore.store.code_table import CodeTable
from latentcore.store.derived import DerivedTables
from latentcore.types import Capability, FloatArray, ImageShape, LabelArray

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
    """

    id: str
    dataset: str
    family: str
    latent_dim: int
    capabilities: frozenset[Capability]
    config: Mapping[str, Any]
    metrics: Mapping[str, Any]
    folder: Path

    @property
    def name(self) -> str:
        """The id without the dataset, such as "vae-d2"."""
        return self.id.rpartition("/")[2]

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


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """A verified, loaded bundle.

    Attributes
    ----------
    spec : BundleSpec
    model : LatentModel
        Fitted, ready to encode and decode.
    test, train : CodeTable
        The whole test split; up to 10,000 seeded train images.
    derived : DerivedTables
        Tables derived from the codes.
    history : list of dict
        One entry per epoch: phase, epoch and losses.
    golden_codes, golden_images : float32 arrays
        A few codes and the images that they decoded to when the bundle was saved.
    card : str
        The model card, Markdown.
    """

    spec: BundleSpec
    model: LatentModel
    test: CodeTable
    train: CodeTable
    derived: DerivedTables
    history: list[dict[str, Any]]
    golden_codes: FloatArray
    golden_images: FloatArray
    card: str

    @property
    def config(self) -> Mapping[str, Any]:
        """All of ``config.json``."""
        return self.spec.config

    @property
    def metrics(self) -> Mapping[str, Any]:
        """Every score with its protocol."""
        return self.spec.metrics

    @property
    def codes(self) -> FloatArray:
        """Codes of the test split, float32 ``(n, latent_dim)``."""
        return self.test.codes

    @property
    def labels(self) -> LabelArray:
        """Labels of the test split, int64 ``(n,)``."""
        return self.test.labels

    @property
    def plane(self) -> FloatArray:
        """Plane coordinates of the test split, float32 ``(n, 2)``."""
        return self.test.plane

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
