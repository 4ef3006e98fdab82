"""The splits of datasets, for tests that need original images."""

from __future__ import annotations

from functools import lru_cache

import pytest

from latentcore.datasets import Dataset, load_dataset
from latentcore.exceptions import DatasetMissing


@lru_cache(maxsize=2)
def split_or_skip(name: str, split: str = "test") -> Dataset:
    """Return a split of a dataset; skip the test, saying why, where it is not on this machine."""
    try:
        return load_dataset(name, split)
    except DatasetMissing as error:
        pytest.skip(str(error))
