"""What somebody is recommended who likes some items of a space of factors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from latentcore.exceptions import SpaceError
from latentcore.recommendation.factors import FactorSettings, fold_in
from latentcore.recommendation.ranking import top_items
from latentcore.spaces.space import ItemSpace
from latentcore.spaces.specs import SpaceSpec
from latentcore.types import FloatArray, LabelArray


@dataclass(frozen=True)
class Taste:
    """A taste and what it is recommended.

    Attributes
    ----------
    code : float32 array, shape (latent_dim,)
        The user's factors, in the space of the items.
    rows : int64 array, shape (k,)
        Recommended items, best first; none of those that are known.
    scores : float32 array, shape (k,)
        Inner products of code and items: about 1 for an item that the user would rate, 0 for another one.
    """

    code: FloatArray
    rows: LabelArray
    scores: FloatArray


def recommends(spec: SpaceSpec) -> bool:
    """Return whether a space holds factors that `recommend` can use."""
    return _settings_in(spec.config["recipe"]) is not None


def recommend(space: ItemSpace, liked: Sequence[int], k: int = 10, *, known: Sequence[int] = ()) -> Taste:
    """Return what somebody is recommended who likes some items.

    Parameters
    ----------
    space : ItemSpace
        Of factors; see `recommends`.
    liked : sequence of int
        Rows of items, at least one.
    k : int
        Items to recommend.
    known : sequence of int
        Rows of further items that are not to be recommended.

    Raises
    ------
    SpaceError
        If the space holds no factors, or there is no such item, or none is given.
    """
    settings = _settings_in(space.config["recipe"])
    if settings is None:
        raise SpaceError(f"{space.spec.id} holds no factors of ratings, so that it cannot recommend.")
    rows = np.unique(np.asarray(liked, np.int64))
    left_out = np.union1d(rows, np.asarray(known, np.int64)).astype(np.int64)
    if not len(rows):
        raise SpaceError("Choose at least one item that you like.")
    if left_out[0] < 0 or left_out[-1] >= space.n_items:
        raise SpaceError(f"There is no item {int(left_out[-1])}; rows go from 0 to {space.n_items - 1}.")
    items = np.asarray(space.train.codes, np.float32)
    code = fold_in(items, rows, settings)
    scores = items @ code
    scores[left_out] = -np.inf
    best = top_items(scores[None], min(k, space.n_items - len(left_out)))[0] if k else left_out[:0]
    return Taste(code, best, scores[best])


def _settings_in(recipe: Any) -> FactorSettings | None:  # noqa: ANN401 - a JSON object of a file
    """Return the settings that a space's recipe states, or None if it is not that of factors."""
    stated = recipe.get("factors")
    if not isinstance(stated, dict):
        return None
    values: dict[str, Any] = {one.name: stated.get(one.name) for one in fields(FactorSettings)}
    if not all(type(value) in (int, float) and value >= 0 for value in values.values()):
        return None
    try:
        return FactorSettings(**values)
    except (TypeError, SpaceError):
        return None
