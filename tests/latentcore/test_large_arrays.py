"""Rows of memory-mapped arrays: the same as in memory, and given back after they were read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from latentcore.large_arrays import row_blocks, take_rows
from latentcore.metrics import neighbour_lists
from latentcore.spaces.code_files import open_array

N, D = 60_000, 256


@pytest.fixture(scope="module")
def mapped(tmp_path_factory: pytest.TempPathFactory) -> np.ndarray:
    path = tmp_path_factory.mktemp("codes") / "codes.npy"
    codes = np.random.default_rng(0).standard_normal((N, D), dtype=np.float32)
    np.save(path, codes + np.repeat(np.arange(60, dtype=np.float32) * 9, N // 60)[:, None])
    return open_array(path, (N, D), np.float32)


def mapped_megabytes() -> float:
    """Return how much of files this process has in memory."""
    if not Path("/proc/self/status").exists():
        pytest.skip("the system does not say")
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssFile")) / 1000


def test_rows_are_those_of_the_array(mapped):
    chosen = np.random.default_rng(1).integers(0, N, 5000)
    held = np.array(mapped)
    assert np.array_equal(take_rows(mapped, chosen), held[chosen])
    assert np.array_equal(take_rows(held, chosen), held[chosen])
    assert np.array_equal(np.concatenate([part.copy() for _, part in row_blocks(mapped, 7000)]), held)
    assert [start for start, _ in row_blocks(held, 25_000)] == [0, 25_000, 50_000]


def test_what_was_read_is_given_back(mapped):
    before = mapped_megabytes()
    assert len(mapped[::100].copy()) == N // 100
    assert mapped_megabytes() > before + 5
    take_rows(mapped, np.arange(0, N, 100))
    for _, part in row_blocks(mapped, 5000):
        part.sum()
    assert mapped_megabytes() < before + 5


def test_lists_of_mapped_codes_are_those_of_codes_in_memory(mapped, tmp_path, monkeypatch):
    monkeypatch.setattr(neighbour_lists, "MAX_EXACT", 10_000)
    held = np.array(mapped[::2, :64])
    np.save(tmp_path / "codes.npy", held)
    one, other = (
        neighbour_lists.neighbour_lists(codes, k=10)
        for codes in (open_array(tmp_path / "codes.npy", held.shape, np.float32), held)
    )
    assert np.array_equal(one.rows, other.rows)
    assert np.array_equal(one.distances, other.distances)
    assert one.recall == other.recall
    assert one.recall is not None
