"""A space of items in memory: codes without a model, beside the items themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from latentcore.metrics.nearest_neighbours import nearest
from latentcore.spaces.code_files import blocks
from latentcore.spaces.specs import SpaceSpec
from latentcore.spaces.table.items import Items
from latentcore.store.space import Space
from latentcore.types import FloatArray, LabelArray


@dataclass(frozen=True, kw_only=True, eq=False)
class ItemSpace(Space):
    """A verified, loaded space of items, without a model.

    `train` holds all items, which neighbours are searched among, its codes memory-mapped (float32 or
    float16); `test` holds those that maps show, at most 5,000: a class-stratified random sample. In both,
    ``indices`` are rows of `items`. Reconstruction errors are NaN: nothing is decoded.

    Attributes
    ----------
    spec : SpaceSpec
    items : Items
    neighbour_lists : int32 array, shape (n_items, k)
        The nearest other items of every item, nearest first, memory-mapped; k is 10, or n - 1 of few items.
    card : str
        Markdown.
    """

    spec: SpaceSpec
    items: Items
    neighbour_lists: npt.NDArray[np.int32]
    card: str

    @property
    def id(self) -> str:
        """Id, such as "reviews/minilm"."""
        return self.spec.id

    @property
    def title(self) -> str:
        """Display name."""
        return self.spec.title

    @property
    def classes(self) -> tuple[str, ...]:
        """Class names; empty without labels. The last one may hold the items without a label."""
        return self.spec.collection.classes

    @property
    def checksums(self) -> str:
        """Checksums of all files as one text."""
        return self.spec.checksums

    @property
    def config(self) -> Mapping[str, Any]:
        """All of the space's ``config.json``."""
        return self.spec.config

    @property
    def metrics(self) -> Mapping[str, Any]:
        """Every score with its protocol."""
        return self.spec.metrics

    @property
    def n_items(self) -> int:
        """Number of all items."""
        return len(self.items)

    def item_neighbours(self, item: int, *, k: int = 10) -> tuple[LabelArray, FloatArray]:
        """Return the nearest other items of an item, and their distances, nearest first.

        Parameters
        ----------
        item : int
            Row of the item.
        k : int
            At most as many as the lists hold.

        Returns
        -------
        (int64 array (k,), float32 array (k,))
        """
        rows = np.asarray(self.neighbour_lists[item, :k], np.int64)
        offsets = np.asarray(self.train.codes[rows], np.float64) - self.train.codes[item]
        return rows, np.linalg.norm(offsets, axis=1).astype(np.float32)

    def neighbour_distances(self) -> FloatArray:
        """Return the mean distance of every item to its nearest ones, an anomaly score.

        The nearest items are those of `neighbour_lists`: 10, or all others of few items.

        Returns
        -------
        float32 array, shape (n_items,)
            Euclidean; of cosine spaces between codes of length 1.
        """
        means = np.empty(self.n_items, np.float32)
        for start, codes in blocks(self.train.codes):
            squared = np.empty((len(codes), self.neighbour_lists.shape[1]), np.float32)
            lists = self.neighbour_lists[start : start + len(codes)]
            for k in range(lists.shape[1]):  # one neighbour of each at a time, so that little is in memory
                offsets = np.asarray(self.train.codes[lists[:, k]], np.float32) - codes
                squared[:, k] = np.einsum("ij,ij->i", offsets, offsets)
            means[start : start + len(codes)] = np.sqrt(squared).mean(axis=1)
        return means

    def nearest_items(self, code: FloatArray, *, k: int = 10) -> tuple[LabelArray, FloatArray]:
        """Return the items nearest to a code ``(latent_dim,)`` among all, and their distances; exact."""
        (distances,), (rows,) = nearest(self.train.codes, np.asarray(code, np.float32)[None], k=k)
        return rows, distances
