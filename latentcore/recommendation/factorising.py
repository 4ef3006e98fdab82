"""Making a space of items from ratings: settings are chosen and scored, then all ratings are fitted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from latentcore.recommendation.factors import FactorSettings, fit_factors
from latentcore.recommendation.held_out import held_out_scores, tuned_settings
from latentcore.recommendation.item_columns import item_columns, items_beside
from latentcore.recommendation.ratings import Ratings
from latentcore.spaces.building import NewSpace, OnStage
from latentcore.spaces.table.items_table import ItemsTable, items_table
from latentcore.spaces.writing import NewCollection, save_collection
from latentcore.types import FloatArray

FINAL_NOTE = (
    "The factors are those of all ratings; recall and NDCG were measured with factors of the same settings "
    "that had not seen the held-out ratings. The settings were chosen on a validation part of the rest."
)


@dataclass(frozen=True, kw_only=True)
class FactoriseOptions:
    """Options of `factorise`.

    Attributes
    ----------
    latent_dim : int
        2 to 64.
    items : Path, optional
        Table of the items.
    plane : {"umap", "pca"}
    title, source, licence : str
        Of the collection.
    command : str
        Command that makes it again, for the card.
    notes : sequence of str
        More sentences for the card.
    """

    latent_dim: int = 16
    items: Path | None = None
    plane: Literal["umap", "pca"] = "umap"
    title: str = ""
    source: str = ""
    licence: str = "not stated"
    command: str = ""
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Factorised:
    """What was stored.

    Attributes
    ----------
    id : str
        Of the space.
    scores : dict
        Recall and NDCG, as in ``metrics.json``.
    notes : list of str
        Sentences on what was recognised.
    """

    id: str
    scores: dict[str, dict[str, Any]]
    notes: list[str] = field(default_factory=list)


def factorise(
    name: str,
    ratings: Ratings,
    root: Path | None = None,
    *,
    options: FactoriseOptions | None = None,
    source: Path | None = None,
    on_stage: OnStage | None = None,
) -> Factorised:
    """Fit factors to ratings and store those of the items as a space.

    Parameters
    ----------
    name : str
        Of the collection.
    ratings : Ratings
    root : Path, optional
        Folder of collections; the user's by default.
    options : FactoriseOptions, optional
    source : Path, optional
        File or folder of the ratings: MovieLens' table of items is looked for beside it.
    on_stage : callable, optional
        Receives the name of a stage, the steps done, and all (or None).

    Returns
    -------
    Factorised

    Raises
    ------
    SpaceError
        With the cause, and the row or column of it; then nothing is stored.
    """
    options, report = options or FactoriseOptions(), on_stage or _silent
    FactorSettings(latent_dim=options.latent_dim)  # refused before anything is computed
    items = _items(ratings, options.items or (items_beside(source) if source else None))
    space, codes = factorised_space(ratings, options, report)
    collection = NewCollection(
        name=name, items=items, n_items=len(ratings.item_ids), title=options.title, source=options.source,
        licence=options.licence, notes=ratings.notes,
    )  # fmt: skip
    (space_id,) = save_collection(collection, [(space, codes)], root, on_stage=on_stage)
    return Factorised(space_id, dict(space.scores), [*ratings.notes, *items.notes])


def factorised_space(
    ratings: Ratings,
    options: FactoriseOptions,
    report: OnStage,
    *,
    more: Callable[[FloatArray], dict[str, Any]] | None = None,
) -> tuple[NewSpace, FloatArray]:
    """Choose settings, score them on held-out ratings, and return the space and the factors of all ratings.

    Parameters
    ----------
    ratings : Ratings
    options : FactoriseOptions
    report : callable
        See `factorise`.
    more : callable, optional
        Factors of the items, float32 ``(n_items, latent_dim)``, to further scores.

    Returns
    -------
    (NewSpace, float32 array (n_items, latent_dim))
    """
    settings = tuned_settings(ratings, options.latent_dim, lambda done, n: report("settings", done, n))
    report("held-out ratings", 0, None)
    scores = held_out_scores(ratings, settings)
    report("factors", 0, None)
    codes = fit_factors(ratings.matrix(), settings).items
    recipe = {"command": options.command} if options.command else {}
    space = NewSpace(
        name=f"als-d{options.latent_dim}",
        title=f"Item factors, {options.latent_dim}-D",
        plane=options.plane,
        recipe={**recipe, "factors": settings.recipe()},
        scores={**scores, **(more(codes) if more else {})},
        notes=[FINAL_NOTE, *options.notes],
    )
    return space, codes


def _items(ratings: Ratings, path: Path | None) -> ItemsTable:
    columns = item_columns(ratings, path)
    has_genres = len({one for one in columns.get("genre", ()) if one}) > 1
    return items_table(
        columns,
        label="genre" if has_genres else None,
        text="title" if "title" in columns else None,
        id_column="id",
    )


def _silent(_stage: str, _done: int, _total: int | None) -> None:
    """Report nothing."""
