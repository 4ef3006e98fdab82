"""Choosing items at random, and splitting them into train and test, stratified by class."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from latentcore.datasets.own.items import Item
from latentcore.datasets.own.options import AddOptions


def chosen_items(items: Sequence[Item], limit: int | None, seed: int) -> list[Item]:
    """Return at most `limit` items, a random sample in the order of the source."""
    if limit is None or len(items) <= limit:
        return list(items)
    rows = np.random.default_rng(seed).choice(len(items), limit, replace=False)
    return [items[row] for row in np.sort(rows)]


def assigned_splits(items: Sequence[Item], options: AddOptions, notes: list[str]) -> list[str]:
    """Return "train" or "test" for each item, and say how it was decided.

    A source's own test split is kept. Without one its validation split is the test split; without either, a
    share of each class is held out at random. A class with a single image is in train.
    """
    own = {item.split for item in items}
    if "test" in own and own != {"test"}:
        if "val" in own:
            notes.append("Validation images of the source are added to its train split.")
        return ["test" if item.split == "test" else "train" for item in items]
    if "val" in own and own != {"val"}:
        notes.append("The source's validation split is the test split.")
        return ["test" if item.split == "val" else "train" for item in items]
    share = options.test_share
    each = " of each class" if any(item.label for item in items) else ""
    notes.append(
        f"{share:.0%} of the images{each} are held out for testing, at random (seed {options.seed})."
    )
    generator, splits = np.random.default_rng(options.seed), ["train"] * len(items)
    by_label: dict[str | None, list[int]] = defaultdict(list)
    for row, item in enumerate(items):
        by_label[item.label].append(row)
    for rows in by_label.values():
        n_test = min(max(round(share * len(rows)), 1), len(rows) - 1)
        for row in generator.permutation(rows)[:n_test].tolist():
            splits[row] = "test"
    return splits
