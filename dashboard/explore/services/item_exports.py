"""Files of a space of items: all codes, and the positions on the map."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd

from dashboard.data.items.colours import CLASS, colouring, groups_of, item_colours
from dashboard.data.items.planes import all_positions
from dashboard.data.items.spaces import ItemSpace

MAX_CODES = 64 * 2**20
"""Bytes: larger codes are not copied into the server's memory for a download."""


def codes_fit(space: ItemSpace) -> bool:
    """Return whether all codes are few enough for a download."""
    return space.train.codes.nbytes <= MAX_CODES


def item_codes_npy(space: ItemSpace) -> bytes:
    """Return all codes as an npy file, in the order of the items and in the stored type."""
    buffer = io.BytesIO()
    np.save(buffer, np.ascontiguousarray(space.train.codes))
    return buffer.getvalue()


def item_codes_parquet(space: ItemSpace) -> bytes:
    """Return all codes as Parquet, one row per item: id, class or cluster, ``z1 ...``."""
    codes = {f"z{k + 1}": np.asarray(space.train.codes[:, k], np.float32) for k in range(space.latent_dim)}
    buffer = io.BytesIO()
    pd.DataFrame({**_heads(space), **codes}).to_parquet(buffer, index=False)
    return buffer.getvalue()


def item_map_csv(space: ItemSpace, plane: str, colour: str) -> bytes:
    """Return the map of all items as CSV, one row per item: id, class or cluster, ``x, y``, what colours it.

    Parameters
    ----------
    space : ItemSpace
    plane : str
        Of `dashboard.data.items.planes.item_planes`.
    colour : str
        Of `dashboard.data.items.colours.item_colours`. The density is known for the drawn items only.
    """
    places = all_positions(space, plane)
    table = {**_heads(space), "x": places[:, 0], "y": places[:, 1]}
    if colour != CLASS:
        coloured = colouring(space, colour, np.arange(space.n_items))
        values = coloured.names if coloured.values is None or coloured.is_date else coloured.values
        table[item_colours(space)[colour]] = values
    return pd.DataFrame(table).to_csv(index=False).encode()


def _heads(space: ItemSpace) -> dict[str, object]:
    rows = np.arange(space.n_items)
    return {"id": space.items.ids, space.group_word: groups_of(space, rows)}
