"""Which test images a bundle holds codes of: its test table may be a part of the test split."""

from __future__ import annotations

import numpy as np

from dashboard.data.catalogue import Bundle


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
