"""Lists of the nearest neighbours of every row: exact, or by an index of cells whose recall is measured."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from latentcore.large_arrays import row_blocks, take_rows
from latentcore.metrics.nearest_neighbours import TREE_DIMENSIONS, nearest_others
from latentcore.types import FloatArray, LabelArray

MAX_EXACT = 50_000
"""Up to this many rows the lists are exact; the time of an exact search grows with the square."""
RECALL_AT = 10
TARGET_RECALL = 0.975
"""So many cells are searched that this share of the neighbours of a sample is found."""
N_TRIED, N_CHECKED = 300, 700
"""Random rows on which the number of cells is chosen, and other ones on which the recall is measured."""
N_FITTED = 20_000
"""Random rows that the cells are fitted to."""
CHUNK, WITHIN, SPARE = 2_048, 256, 4
"""Rows searched at once: among all, and within cells; additional candidates, for rounding."""

OnProgress = Callable[[int, int], None]
"""Receives the number of rows done, and of all."""


@dataclass(frozen=True)
class NeighbourLists:
    """The nearest other rows of every row, nearest first.

    Attributes
    ----------
    rows : int32 array, shape (n, k)
    distances : float32 array, shape (n, k)
        Euclidean.
    recall : float or None
        Share of the true 10 nearest rows that are among the 10 first of the lists, over 700 random rows;
        None for an exact search.
    """

    rows: npt.NDArray[np.int32]
    distances: FloatArray
    recall: float | None


def neighbour_lists(
    codes: FloatArray, *, k: int, seed: int = 0, on_progress: OnProgress | None = None
) -> NeighbourLists:
    """Return the `k` nearest other rows of every row.

    Up to 50,000 rows, and in up to 8 dimensions, the search is exact. Beyond, rows are sorted into cells by
    k-means, and each is compared with those of the nearest cells, as many as `TARGET_RECALL` needs.

    Parameters
    ----------
    codes : float32 or float16 array, shape (n, d)
        At least two rows; may be memory-mapped.
    k : int
        If it exceeds n - 1, all other rows are returned.
    seed : int
        Of the cells and of the samples.
    on_progress : callable, optional

    Returns
    -------
    NeighbourLists

    References
    ----------
    J. Sivic and A. Zisserman, "Video Google: a text retrieval approach to object matching in videos", 2003:
    search within the cells of a quantiser (inverted file).
    """
    report = on_progress or (lambda _done, _total: None)
    n, d = codes.shape
    if d <= TREE_DIMENSIONS:
        distances, rows = nearest_others(codes, np.arange(n), k=k)
        report(n, n)
        return NeighbourLists(rows.astype(np.int32), distances, None)
    if n > MAX_EXACT:
        found = _by_cells(codes, k, seed, report)
        if found is not None:
            return found
    return _exact(codes, k, report)


def _exact(codes: FloatArray, k: int, report: OnProgress) -> NeighbourLists:
    n = len(codes)
    rows = np.empty((n, min(k, n - 1)), np.int32)
    distances = np.empty(rows.shape, np.float32)
    for start in range(0, n, CHUNK):
        part = np.arange(start, min(start + CHUNK, n))
        distances[part], rows[part] = nearest_others(codes, part, k=k)
        report(int(part[-1]) + 1, n)
    return NeighbourLists(rows, distances, None)


def _by_cells(codes: FloatArray, k: int, seed: int, report: OnProgress) -> NeighbourLists | None:
    """Search within the nearest cells; None where that would hardly save time."""
    n, generator = len(codes), np.random.default_rng(seed)
    sample = generator.choice(n, N_TRIED + N_CHECKED, replace=False)
    true = nearest_others(codes, sample, k=RECALL_AT)[1]
    centres = _cell_centres(codes, generator, seed)
    cells = _assigned(codes, centres)
    squares = (centres**2).sum(axis=1)
    order = np.argsort(squares[:, None] + squares - 2 * centres @ centres.T, axis=1, kind="stable")
    ranks = np.argsort(order, axis=1)
    tried = ranks[cells[sample[:N_TRIED], None], cells[true[:N_TRIED]]]
    n_cells = int(np.quantile(tried, TARGET_RECALL, method="inverted_cdf")) + 1
    if n_cells > len(centres) // 2:
        return None
    rows, distances = _search_cells(codes, k, cells, order, n_cells, report)
    checked = sample[N_TRIED:]
    hits = (rows[checked, :RECALL_AT, None] == true[N_TRIED:, None, :]).any(axis=2)
    return NeighbourLists(rows, distances, float(hits.mean()))


def _cell_centres(codes: FloatArray, generator: np.random.Generator, seed: int) -> FloatArray:
    from sklearn.cluster import KMeans  # noqa: PLC0415 - for large spaces only
    from sklearn.exceptions import ConvergenceWarning  # noqa: PLC0415

    fitted = take_rows(codes, np.sort(generator.choice(len(codes), N_FITTED, replace=False)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # fewer different rows than cells
        kmeans = KMeans(int(np.sqrt(len(codes))), init="random", n_init=1, max_iter=10, random_state=seed)
        return np.asarray(kmeans.fit(fitted).cluster_centers_, np.float32)


def _assigned(codes: FloatArray, centres: FloatArray) -> LabelArray:
    """Return the cell of each code: the nearest centre, up to rounding."""
    columns = torch.from_numpy(centres).T
    squares = columns.square().sum(dim=0)
    found = []
    for _, rows in row_blocks(codes, CHUNK):
        part = torch.from_numpy(np.array(rows, np.float32))
        found.append(torch.addmm(squares, part, columns, alpha=-2).argmin(dim=1).numpy())
    return np.concatenate(found)


def _nearest_within(near: FloatArray, own: LabelArray, k: int) -> tuple[FloatArray, LabelArray]:
    """Return distances and rows of the `k` nearest other rows of ``near[own]``, in single precision.

    Twice as fast as `nearest_others`, whose last digits make no difference among rows left out.
    """
    rows = torch.from_numpy(near - near.mean(axis=0))
    squares, itself = rows.square().sum(dim=1), torch.from_numpy(own)
    distances, found = [], []
    for part in itself.split(WITHIN):
        queries = rows[part]
        rough = torch.addmm(squares, queries, rows.T, alpha=-2)
        rough[torch.arange(len(part)), part] = torch.inf
        wide = rough.topk(min(k + SPARE, len(rows) - 1), largest=False, sorted=False).indices
        away = (rows[wide] - queries[:, None]).square_().sum(dim=2).sqrt_()
        sorted_away, order = away.sort(dim=1)
        distances.append(sorted_away[:, :k].numpy())
        found.append(wide.gather(1, order[:, :k]).numpy())
    return np.concatenate(distances), np.concatenate(found)


def _search_cells(  # noqa: PLR0917
    codes: FloatArray, k: int, cells: LabelArray, order: LabelArray, n_cells: int, report: OnProgress
) -> tuple[npt.NDArray[np.int32], FloatArray]:
    n = len(codes)
    rows, distances = np.empty((n, k), np.int32), np.empty((n, k), np.float32)
    members = np.split(np.argsort(cells, kind="stable"), np.cumsum(np.bincount(cells, minlength=len(order))))
    done = 0
    for cell, own in enumerate(members[: len(order)]):
        if not len(own):
            continue
        chosen = [members[other] for other in order[cell][:n_cells]]
        for other in order[cell][n_cells:]:
            if sum(map(len, chosen)) > k:
                break
            chosen.append(members[other])
        candidates = np.sort(np.concatenate(chosen))
        near = take_rows(codes, candidates)
        distances[own], found = _nearest_within(near, np.searchsorted(candidates, own), k)
        rows[own] = candidates[found]
        done += len(own)
        report(done, n)
    return rows, distances
