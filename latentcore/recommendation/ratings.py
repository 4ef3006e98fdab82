"""Ratings of items by users, in memory, and their seeded split per user."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from latentcore.types import FloatArray, LabelArray

HELD_OUT, VALIDATION = 0.25, 0.2
"""Share of each user's ratings that is held out, and share of the rest that settings are chosen on."""


@dataclass(frozen=True, kw_only=True)
class Ratings:
    """Which user rated which item; each pair occurs once.

    Attributes
    ----------
    users, items : int64 arrays, shape (n,)
        Indices into `user_ids` and `item_ids`.
    values : float32 array, shape (n,)
        The ratings; ones where the table has none.
    user_ids, item_ids : tuple of str
        In the order of their first occurrence.
    notes : list of str
        Sentences on what was recognised.
    """

    users: LabelArray
    items: LabelArray
    values: FloatArray
    user_ids: tuple[str, ...]
    item_ids: tuple[str, ...]
    notes: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.users)

    def matrix(self, rows: npt.NDArray[Any] | None = None) -> Any:  # noqa: ANN401 - scipy has no types
        """Return a sparse float32 matrix ``(n_users, n_items)``: 1 where a user rated an item, else 0.

        Parameters
        ----------
        rows : int64 array, shape (m,), optional
            Ratings to take; all by default.
        """
        taken: Any = slice(None) if rows is None else rows
        users, items = self.users[taken], self.items[taken]
        shape = len(self.user_ids), len(self.item_ids)
        return sparse.csr_matrix((np.ones(len(users), np.float32), (users, items)), shape)

    def of_users(self, users: LabelArray) -> Ratings:
        """Return the ratings of some users, int64 ``(m,)``; items keep their indices."""
        position = np.full(len(self.user_ids), -1)
        position[users] = np.arange(len(users))
        rows = np.flatnonzero(position[self.users] >= 0)
        return Ratings(
            users=position[self.users[rows]],
            items=self.items[rows],
            values=self.values[rows],
            user_ids=tuple(self.user_ids[user] for user in users),
            item_ids=self.item_ids,
        )


def split_per_user(
    users: LabelArray, share: float, generator: np.random.Generator
) -> tuple[LabelArray, LabelArray]:
    """Return the rows that stay and the rows that are held out: a random share of each user's.

    Parameters
    ----------
    users : int64 array, shape (n,)
    share : float
        In (0, 1); of a user's m rows, ``floor(share * m)`` are held out.
    generator : numpy.random.Generator

    Returns
    -------
    (int64 array, int64 array)
        Ascending.
    """
    order = np.lexsort((generator.random(len(users)), users))
    counts = np.bincount(users)
    starts = np.cumsum(counts) - counts
    rank = np.empty(len(users), np.int64)
    rank[order] = np.arange(len(users)) - starts[users[order]]
    held = rank < np.floor(share * counts)[users]
    return np.flatnonzero(~held), np.flatnonzero(held)
