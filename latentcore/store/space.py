"""A latent space: codes of items with a plane to show them on, with or without a model."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property

from latentcore.exceptions import UnsupportedOperation
from latentcore.metrics.clusters import assigned_clusters
from latentcore.store.code_table import CodeTable
from latentcore.store.derived import DerivedTables
from latentcore.types import Capability, FloatArray, LabelArray

ENCODERS = frozenset({Capability.NATIVE_ENCODER, Capability.INVERSION_ENCODER})
DECODERS = frozenset({Capability.NATIVE_DECODER, Capability.APPROXIMATE_DECODER})
SAMPLERS = frozenset({Capability.PRIOR, Capability.FITTED_DENSITY})


@dataclass(frozen=True, kw_only=True, eq=False)
class Space(ABC):
    """Codes of items. Maps, neighbours and similarity need no more; decoding needs a `Bundle`.

    Attributes
    ----------
    test, train : CodeTable
        The items that are shown, and those that nearest codes are searched among.
    derived : DerivedTables
        What follows from the codes: distances, densities, class means, neighbours.
    """

    test: CodeTable
    train: CodeTable
    derived: DerivedTables

    @property
    @abstractmethod
    def id(self) -> str:
        """Unique name, such as "digits/vae-d2"."""

    @property
    @abstractmethod
    def title(self) -> str:
        """Display name."""

    @property
    @abstractmethod
    def classes(self) -> tuple[str, ...]:
        """Class names; empty for items without labels."""

    @property
    @abstractmethod
    def checksums(self) -> str:
        """Text that differs if any file of the space differs."""

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What its model can do; nothing without a model."""
        return frozenset()

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
    def latent_dim(self) -> int:
        """Dimension of the codes."""
        return int(self.train.codes.shape[1])

    @property
    def groups(self) -> tuple[str, ...]:
        """Names that points are coloured by: the classes, or without labels the clusters found."""
        if self.has_labels or self.derived.cluster_centres is None:
            return self.classes
        return tuple(f"cluster {k + 1}" for k in range(len(self.derived.cluster_centres)))

    @property
    def group_word(self) -> str:
        """What `groups` are, in the singular: "class", or "cluster"."""
        return "class" if self.has_labels else "cluster"

    @cached_property
    def test_groups(self) -> LabelArray:
        """Group of each test item, an index into `groups`, int64 ``(n,)``."""
        return self.test.labels if self.has_labels else self.assigned_groups(self.test.codes)

    @cached_property
    def train_groups(self) -> LabelArray:
        """Group of each train item, an index into `groups`, int64 ``(n,)``."""
        return self.train.labels if self.has_labels else self.assigned_groups(self.train.codes)

    def assigned_groups(self, codes: FloatArray) -> LabelArray:
        """Return the cluster whose centre is nearest to each code ``(n, latent_dim)``, int64 ``(n,)``.

        Raises
        ------
        UnsupportedOperation
            If the items have labels: then no clusters are stored.
        """
        centres = self.derived.cluster_centres
        if centres is None:
            raise UnsupportedOperation(f"{self.title} has labels, and no clusters.")
        return assigned_clusters(centres, codes)

    @property
    def has_encoder(self) -> bool:
        """Whether new items can be given codes."""
        return bool(self.capabilities & ENCODERS)

    @property
    def has_decoder(self) -> bool:
        """Whether codes can be decoded to images."""
        return bool(self.capabilities & DECODERS)

    @property
    def has_sampler(self) -> bool:
        """Whether new codes can be sampled, from a prior or from a fitted density."""
        return bool(self.capabilities & SAMPLERS)

    @property
    def has_labels(self) -> bool:
        """Whether the items have classes."""
        return bool(self.classes)
