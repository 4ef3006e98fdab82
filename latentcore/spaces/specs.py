"""Specs of collections and spaces: what is known of them without reading items or codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from latentcore.spaces.table.columns import ColumnKind, ItemColumn, Roles

N_DRAWN = 5_000
"""Items of a space that are drawn at most: a class-stratified random sample."""


@dataclass(frozen=True, kw_only=True)
class CollectionSpec:
    """Metadata of a collection: items that one or several spaces share.

    Attributes
    ----------
    name : str
        Name of its folder; the ids of its spaces begin with it.
    folder : Path
    config : mapping
        All of its ``config.json``.
    """

    name: str
    folder: Path
    config: Mapping[str, Any]

    @property
    def title(self) -> str:
        """Display name."""
        return str(self.config["title"])

    @property
    def n_items(self) -> int:
        """Number of items."""
        return int(self.config["n_items"])

    @property
    def classes(self) -> tuple[str, ...]:
        """Class names in natural order; empty without labels."""
        return tuple(self.config["classes"])

    @property
    def has_unlabelled(self) -> bool:
        """Whether the last of the classes is no class: it holds the items without a label."""
        return bool(self.config["has_unlabelled"])

    @cached_property
    def columns(self) -> tuple[ItemColumn, ...]:
        """The columns of the items, in the order of the table."""
        return tuple(
            ItemColumn(one["name"], ColumnKind(one["kind"]), one["summary"]) for one in self.config["columns"]
        )

    @property
    def roles(self) -> Roles:
        """Which columns are ids, labels, texts and pictures."""
        return Roles(**self.config["roles"])

    @property
    def images(self) -> tuple[str, str] | None:
        """Dataset and split whose images the items are, in order; None for items of other origin."""
        images = self.config["images"]
        return None if images is None else (images["dataset"], images["split"])

    @property
    def checksums(self) -> str:
        """Checksums of the items' files as one text."""
        return _checksums(self.config)


@dataclass(frozen=True, kw_only=True)
class SpaceSpec:
    """Metadata of a space, without its arrays.

    Attributes
    ----------
    id : str
        ``<collection>/<name>``, such as "reviews/minilm".
    collection : CollectionSpec
    folder : Path
    config : mapping
        All of its ``config.json``.
    metrics : mapping
        All of its ``metrics.json``: value, n, seed, interval and protocol of each score.
    """

    id: str
    collection: CollectionSpec
    folder: Path
    config: Mapping[str, Any]
    metrics: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The id without the collection."""
        return self.id.rpartition("/")[2]

    @property
    def title(self) -> str:
        """Display name."""
        return str(self.config["title"])

    @property
    def latent_dim(self) -> int:
        """Dimension of the codes."""
        return int(self.config["latent_dim"])

    @property
    def n_items(self) -> int:
        """Number of items."""
        return self.collection.n_items

    @property
    def n_drawn(self) -> int:
        """Number of items that maps show."""
        return min(self.n_items, N_DRAWN)

    @property
    def plane(self) -> str:
        """What the stored plane is: "umap", "pca", or "codes" where the codes have two dimensions."""
        return str(self.config["plane"])

    @property
    def metric(self) -> str:
        """Distance: "euclidean", or "cosine". For cosine, the codes are stored scaled to length 1."""
        return str(self.config["metric"])

    @property
    def absent(self) -> Mapping[str, str]:
        """Why a score of structure is missing, by its name."""
        absent: Mapping[str, str] = self.config["absent"]
        return absent

    @property
    def checksums(self) -> str:
        """Checksums of the files of the space and of its items as one text."""
        return f"{self.collection.checksums} {_checksums(self.config)}"

    def summary(self) -> dict[str, Any]:
        """Return what a list states, as JSON values."""
        return {
            "id": self.id,
            "collection": self.collection.name,
            "title": self.title,
            "latent_dim": self.latent_dim,
            "n_items": self.n_items,
            "n_drawn": self.n_drawn,
            "classes": list(self.collection.classes),
            "columns": [column.to_json() for column in self.collection.columns],
            "plane": self.plane,
            "metric": self.metric,
            "metrics": dict(self.metrics),
        }


def _checksums(config: Mapping[str, Any]) -> str:
    return " ".join(f"{name} {facts['sha256']}" for name, facts in sorted(config["files"].items()))
