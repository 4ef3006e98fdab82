"""Rows of images in a bundle's tables, which may hold a part of the split."""

from __future__ import annotations

import numpy as np

from dashboard.data.catalogue import Bundle, Space
from latentcore.exceptions import BundleError
from latentcore.types import LabelArray


def find_rows(known: LabelArray, wanted: LabelArray) -> LabelArray | None:
    """Return the positions of the image indices `wanted` in `known`, or None if one is missing."""
    order = np.argsort(known)
    rows = order[np.searchsorted(known, wanted, sorter=order).clip(max=len(known) - 1)]
    return rows if np.array_equal(known[rows], wanted) else None


def rows_of(space: Space, indices: LabelArray) -> LabelArray:
    """Return the rows of test images in a space's test table, by their indices in the test split.

    Raises
    ------
    BundleError
        If one is not there.
    """
    rows = find_rows(space.test.indices, indices)
    if rows is None:
        missing = np.setdiff1d(indices, space.test.indices)[0]
        raise BundleError(f"{space.title} has no code of test image {missing}.")
    return rows


def has_test_code(bundle: Bundle, index: int) -> bool:
    """Return whether the bundle's test table holds the code of a test image."""
    return bool((bundle.test.indices == index).any())


def existing_index(bundle: Bundle, wanted: int, former: int | None = None) -> int:
    """Return `wanted` if the test table holds that image, else the next index that it holds.

    Parameters
    ----------
    bundle : Bundle
    wanted : int
        Index in the test split.
    former : int, optional
        The index before: the next index is searched downwards if `wanted` is below it, else upwards, so that
        steps of one reach every image of the table.
    """
    indices = np.sort(bundle.test.indices)
    if former is not None and wanted < former:
        row = int(np.searchsorted(indices, wanted, side="right")) - 1
    else:
        row = int(np.searchsorted(indices, wanted))
    return int(indices[np.clip(row, 0, len(indices) - 1)])
