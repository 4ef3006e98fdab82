"""Exact nearest-neighbour search, and the density of codes that follows from it."""

from __future__ import annotations

import numpy as np
import torch

from latentcore.large_arrays import mean_row, row_blocks, take_rows
from latentcore.types import DoubleArray, FloatArray, LabelArray, PixelArray

TREE_DIMENSIONS = 8
"""Up to this many dimensions a tree is faster than brute force, except for a single query: building a tree of
10,000 rows takes 2.3 ms, computing their distances 0.6 ms."""
CHUNK, BLOCK, SPARE = 128, 1000, 8
"""Queries processed at once; reference rows centred at once (a copy of all 10,000 images would take 31 MB per
session); additional candidates, for rounding of the approximate distances."""
MANY_ROWS, MANY_QUERIES, LARGE_BLOCK = 10_000, 2_048, 4_096
"""Beyond so many rows, many queries are compared with one block of rows after the other: with all of 200,000
rows at once, 128 queries would take 100 MB, and each of these passes would centre all rows again."""


def nearest(
    reference: FloatArray | PixelArray, queries: FloatArray, *, k: int
) -> tuple[FloatArray, LabelArray]:
    """Return the `k` nearest rows of `reference` to each query, nearest first.

    Parameters
    ----------
    reference : float32 or uint8 array, shape (m, d)
    queries : float32 array, shape (n, d)
        In the units of `reference`.
    k : int
        If it exceeds m, all m rows are returned.

    Returns
    -------
    distances : float32 array, shape (n, min(k, m))
        Euclidean.
    rows : int64 array, shape (n, min(k, m))
    """
    wanted = min(k, len(reference))
    if reference.shape[1] <= TREE_DIMENSIONS and len(queries) > 1:
        from scipy.spatial import KDTree  # noqa: PLC0415 - the first map does not wait for 0.25 s of import

        distances, rows = KDTree(reference).query(queries, k=np.arange(1, wanted + 1))
    else:
        distances, rows = _search_all(reference, queries, wanted)
    return distances.astype(np.float32), rows.astype(np.int64)


def _search_all(
    reference: FloatArray | PixelArray, queries: FloatArray, k: int
) -> tuple[FloatArray, LabelArray]:
    """Return the `k` nearest rows by brute force; ties go to the lower row.

    Approximate distances in single precision select candidates, exact distances in double precision rank
    them: as fast as scikit-learn's brute-force search on one thread, without importing it (50 MB, 0.5 s).
    """
    centre = mean_row(reference, LARGE_BLOCK).astype(np.float32)
    found = []
    n_wide = min(k + SPARE, len(reference))
    by_blocks = len(reference) > MANY_ROWS and len(queries) > CHUNK
    chunk = MANY_QUERIES if by_blocks else CHUNK
    n_buffered = 0 if by_blocks else min(chunk, len(queries))
    buffer = torch.empty(n_buffered, len(reference))  # one for all: the heap would fragment
    for start in range(0, len(queries), chunk):
        part = queries[start : start + chunk]
        centred = torch.from_numpy(part - centre)
        if by_blocks:
            wide = _near_by_blocks(reference, centre, centred, n_wide)
        else:
            rough = _rough_distances(reference, centre, centred, buffer[: len(part)])
            wide = rough.topk(n_wide, largest=False, sorted=False).indices.numpy()
        exact = _exact_distances(reference, part, wide)
        order = np.lexsort((wide, exact))[:, :k]
        found.append((np.take_along_axis(exact, order, axis=1), np.take_along_axis(wide, order, axis=1)))
    distances, rows = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return distances, rows


def _exact_distances(
    reference: FloatArray | PixelArray, queries: FloatArray, rows: LabelArray
) -> DoubleArray:
    """Return the distance of each query ``(n, d)`` to its own rows ``(n, k)``, in double precision."""
    found = np.empty(rows.shape)
    for start in range(0, len(queries), CHUNK):
        part = slice(start, start + CHUNK)
        near = take_rows(reference, rows[part].ravel()).reshape(*rows[part].shape, -1)
        found[part] = np.sqrt(((near.astype(np.float64) - queries[part, None]) ** 2).sum(axis=2))
    return found


def _near_by_blocks(
    reference: FloatArray | PixelArray, centre: FloatArray, queries: torch.Tensor, k: int
) -> LabelArray:
    """Return the `k` nearest rows by rough distances, in any order, reading each row once for all queries."""
    best = torch.full((len(queries), k), torch.inf)
    rows = torch.zeros((len(queries), k), dtype=torch.int64)
    for start, part in row_blocks(reference, LARGE_BLOCK):
        block = torch.from_numpy(part - centre)
        rough = torch.addmm(block.square().sum(dim=1), queries, block.T, alpha=-2)
        near = rough.topk(min(k, len(block)), largest=False, sorted=False)
        best, kept = torch.cat([best, near.values], dim=1).topk(k, largest=False, sorted=False)
        rows = torch.cat([rows, near.indices + start], dim=1).gather(1, kept)
    found: LabelArray = rows.numpy()
    return found


def _rough_distances(
    reference: FloatArray | PixelArray, centre: FloatArray, queries: torch.Tensor, rough: torch.Tensor
) -> torch.Tensor:
    """Fill `rough` with squared distances to the rows of `reference`, less the term constant per query."""
    for start, part in row_blocks(reference, BLOCK):
        block = torch.from_numpy(part - centre)
        rough[:, start : start + BLOCK] = torch.addmm(block.square().sum(dim=1), queries, block.T, alpha=-2)
    return rough


def nearest_others(reference: FloatArray, rows: LabelArray, *, k: int) -> tuple[FloatArray, LabelArray]:
    """Return the `k` nearest other rows of some rows of `reference`, nearest first.

    Parameters
    ----------
    reference : float32 or float16 array, shape (m, d)
    rows : int64 array, shape (n,)
        The rows of `reference` whose neighbours are searched.
    k : int
        If it exceeds m - 1, all other rows are returned.

    Returns
    -------
    distances : float32 array, shape (n, min(k, m - 1))
        Euclidean.
    rows : int64 array, shape (n, min(k, m - 1))
        A row is never its own neighbour, even among equal rows.
    """
    queries = take_rows(reference, rows)
    distances, found = nearest(reference, queries, k=k + 1)
    others = found != rows[:, None]
    others[others.all(axis=1), -1] = False  # with many equal rows the row itself may not be among them
    shape = (len(rows), min(k, len(reference) - 1))
    return distances[others].reshape(shape), found[others].reshape(shape)


def local_density(reference: FloatArray, codes: FloatArray, *, k: int = 10) -> FloatArray:
    """Return the local density around each code: -log10 of the mean distance to `k` reference neighbours.

    Parameters
    ----------
    reference : float32 array, shape (m, latent_dim)
    codes : float32 array, shape (n, latent_dim)
    k : int

    Returns
    -------
    float32 array, shape (n,)
        Higher is denser; one unit is a factor of ten in distance.
    """
    return density_of(nearest(reference, codes, k=k)[0])


def density_of(distances: FloatArray) -> FloatArray:
    """Return the local density, float32 ``(n,)``, from distances to neighbours ``(n, k)``."""
    return np.asarray(-np.log10(np.maximum(distances.mean(axis=1), 1e-9)), np.float32)
