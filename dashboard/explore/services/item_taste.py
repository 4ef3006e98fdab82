"""Tastes in a space of factors: what somebody is recommended who likes some items, and where that lies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st

from dashboard.data.catalogue import BY_CONTENT
from dashboard.data.items.colours import groups_of
from dashboard.data.items.planes import code_position, positions
from dashboard.data.items.spaces import ItemSpace

if TYPE_CHECKING:
    from latentcore.recommendation.taste import Taste

N_RECOMMENDED = 10


@dataclass(frozen=True)
class RecommendedItem:
    """A recommended item.

    Attributes
    ----------
    id, text, group : str
    score : float
        Inner product of the taste's factors and the item's.
    """

    id: str
    text: str
    group: str
    score: float


def can_recommend(space: ItemSpace) -> bool:
    """Return whether a space holds factors of ratings."""
    from latentcore.recommendation.taste import recommends  # noqa: PLC0415 - brings scipy: 0.25 s

    return recommends(space.spec)


@st.cache_resource(max_entries=32, show_spinner=False, hash_funcs=BY_CONTENT)
def taste_of(space: ItemSpace, liked: tuple[int, ...]) -> Taste:
    """Return the taste of somebody who likes the items of these rows, and what it is recommended."""
    from latentcore.recommendation.taste import recommend  # noqa: PLC0415 - as above

    return recommend(space, liked, N_RECOMMENDED)


def recommended_items(space: ItemSpace, liked: tuple[int, ...]) -> list[RecommendedItem]:
    """Return what is recommended, best first."""
    taste = taste_of(space, liked)
    texts, groups = space.items.names(taste.rows), groups_of(space, taste.rows)
    return [
        RecommendedItem(str(space.items.ids[row]), text, str(group), float(score))
        for row, text, group, score in zip(taste.rows, texts, groups, taste.scores, strict=True)
    ]


def taste_place(space: ItemSpace, plane: str, liked: tuple[int, ...]) -> pd.DataFrame:
    """Return where liked items and the taste lie on a plane: ``x, y, liked``, the taste last.

    The taste's factors are scaled to the mean length of the liked items': the order of what is recommended
    depends on their direction only.
    """
    rows = np.array(liked, np.int64)
    own, code = np.asarray(space.train.codes[rows], np.float32), taste_of(space, liked).code
    length = float(np.linalg.norm(code))
    scale = float(np.linalg.norm(own, axis=1).mean()) / length if length > 0 else 1.0
    taste = code_position(space, plane, code * np.float32(scale))
    places = np.concatenate([positions(space, plane, rows), taste[None]])
    is_liked = np.arange(len(places)) < len(rows)
    return pd.DataFrame({"x": places[:, 0], "y": places[:, 1], "liked": is_liked})
