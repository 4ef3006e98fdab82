"""Building the files of a space from its codes: neighbours, plane, derived tables, scores and card."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np

from latentcore.metrics.neighbour_lists import N_CHECKED as N_RECALL
from latentcore.metrics.neighbour_lists import RECALL_AT, NeighbourLists, neighbour_lists
from latentcore.spaces.cards import space_card
from latentcore.spaces.code_files import file_facts, open_array
from latentcore.spaces.config import FORMAT_VERSION
from latentcore.spaces.folders import (
    CARD_FILE,
    CODES_FILE,
    CONFIG_FILE,
    METRICS_FILE,
    NEIGHBOURS_FILE,
    SPACE_FILES,
    TABLES_FILE,
)
from latentcore.spaces.loading import code_tables, items_of
from latentcore.spaces.planes import chosen_plane, plane_points
from latentcore.spaces.scores import ScoredSpace, space_scores
from latentcore.spaces.specs import CollectionSpec
from latentcore.store.derived import DerivedTables
from latentcore.store.serialisation import derived_npz
from latentcore.umap_fitting import N_NEIGHBOURS as UMAP_NEIGHBOURS

OnStage = Callable[[str, int, int | None], None]
"""Receives the name of a stage, the steps of it that are done, and of all; None where that is unknown."""


@dataclass(frozen=True, kw_only=True)
class NewSpace:
    """A space that is to be stored; its codes are given apart, as an array or as a file.

    Attributes
    ----------
    name : str
        Small letters, digits and ``. _ -``: the end of its id.
    title : str
    metric : {"euclidean", "cosine"}
        With "cosine", codes are scaled to length 1 before they are stored.
    plane : {"umap", "pca"}
    recipe : mapping
        How its codes were computed, JSON values: command, library versions, and so on.
    scores : mapping of str to dict
        More scores, each with value, n, seed, interval and protocol.
    notes : sequence of str
        Sentences for the card.
    """

    name: str
    title: str
    metric: Literal["euclidean", "cosine"] = "euclidean"
    plane: Literal["umap", "pca"] = "umap"
    recipe: Mapping[str, Any] = field(default_factory=dict)
    scores: Mapping[str, Any] = field(default_factory=dict)
    notes: Sequence[str] = ()


def build_space(
    folder: Path, new: NewSpace, collection: CollectionSpec, shape: tuple[int, str], on_stage: OnStage
) -> None:
    """Compute and write every file of a space beside its ``codes.npy``.

    Parameters
    ----------
    folder : Path
        Draft folder with the codes.
    new : NewSpace
    collection : CollectionSpec
        Of its items, already written.
    shape : (int, str)
        Dimension of the codes and their dtype.
    on_stage : callable
    """
    latent_dim, dtype = shape
    path = folder / CODES_FILE
    codes = open_array(path, (collection.n_items, latent_dim), dtype)
    on_stage("neighbours", 0, collection.n_items)
    wanted = max(RECALL_AT, UMAP_NEIGHBOURS - 1)
    lists = neighbour_lists(codes, k=wanted, on_progress=lambda done, n: on_stage("neighbours", done, n))
    stored = lists.rows[:, :RECALL_AT]
    np.save(folder / NEIGHBOURS_FILE, np.ascontiguousarray(stored), allow_pickle=False)
    plane_name = chosen_plane(new.plane, collection.n_items, latent_dim)
    on_stage(f"plane ({plane_name})", 0, None)
    plane = plane_points(plane_name, codes, lists)
    on_stage("derived tables", 0, None)
    test, train = code_tables(codes, items_of(collection).labels, plane)
    n_classes = len(collection.classes)
    derived = DerivedTables.of_items(lists.distances[test.indices, :RECALL_AT], test, train, n_classes)
    (folder / TABLES_FILE).write_bytes(derived_npz(derived, plane=plane))
    on_stage("scores", 0, None)
    scored = ScoredSpace(test, train, lists, n_classes - collection.has_unlabelled)
    measured, absent = space_scores(scored)
    metrics = {**measured, **new.scores}
    _write_json(folder / METRICS_FILE, metrics)
    config = {
        **_config(new, collection, shape, plane_name),
        "neighbours": _described(lists),
        "absent": absent,
    }
    (folder / CARD_FILE).write_text(space_card(config, metrics, collection), encoding="utf-8")
    _write_json(folder / CONFIG_FILE, {**config, "files": file_facts(folder, SPACE_FILES)})


def _config(
    new: NewSpace, collection: CollectionSpec, shape: tuple[int, str], plane_name: str
) -> dict[str, Any]:
    """Return what is known of a space before it is measured."""
    return {
        "format_version": FORMAT_VERSION,
        "id": f"{collection.name}/{new.name}",
        "title": new.title,
        "latent_dim": shape[0],
        "dtype": shape[1],
        "n_items": collection.n_items,
        "metric": new.metric,
        "plane": plane_name,
        "items": collection.checksums,
        "recipe": dict(new.recipe),
        "notes": list(new.notes),
    }


def _described(lists: NeighbourLists) -> dict[str, Any]:
    exact = lists.recall is None
    return {
        "k": min(RECALL_AT, lists.rows.shape[1]),
        "method": "exact" if exact else "cells",
        "recall": lists.recall,
        "n_checked": 0 if exact else N_RECALL,
    }


def _write_json(path: Path, value: object) -> None:
    text = json.dumps(value, indent=1, allow_nan=False, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")
