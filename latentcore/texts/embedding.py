"""Embedding a column of texts as a space: of a new table's items, or of the items of a collection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from latentcore.datasets.own.entries import printable
from latentcore.exceptions import SpaceError
from latentcore.spaces.building import NewSpace, OnStage
from latentcore.spaces.config import MAX_ITEMS
from latentcore.spaces.loading import items_of
from latentcore.spaces.reading import BadRow, read_items
from latentcore.spaces.specs import CollectionSpec
from latentcore.spaces.table.items_table import find_bad_ids, items_table
from latentcore.spaces.table.kinds import as_texts
from latentcore.spaces.table.roles import check_column
from latentcore.spaces.writing import NewCollection, add_space, save_collection
from latentcore.texts.encoders import TextEncoder
from latentcore.types import FloatArray


@dataclass(frozen=True, kw_only=True)
class EmbedOptions:
    """Options of embedding.

    Attributes
    ----------
    text : str
        Column of the texts.
    label, id : str, optional
        Columns of classes and ids; found by their names by default.
    plane : {"umap", "pca"}
    skip_bad : bool
        Whether to leave rows without a text out.
    command : str
        Command that makes it again, for the card.
    """

    text: str
    label: str | None = None
    id: str | None = None
    plane: Literal["umap", "pca"] = "umap"
    skip_bad: bool = False
    command: str = ""


@dataclass(frozen=True)
class Embedded:
    """What was stored.

    Attributes
    ----------
    id : str
        Of the space.
    n_items, latent_dim : int
    notes : list of str
        Sentences on what was recognised.
    """

    id: str
    n_items: int
    latent_dim: int
    notes: list[str] = field(default_factory=list)


def embed_table(
    name: str,
    path: Path,
    encoder: TextEncoder,
    options: EmbedOptions,
    root: Path | None = None,
    *,
    on_stage: OnStage | None = None,
) -> Embedded:
    """Read a table, embed a column of texts, and store it as a collection with one space.

    Parameters
    ----------
    name : str
        Of the collection.
    path : Path
        csv, tsv, parquet, arrow or feather.
    encoder : TextEncoder
    options : EmbedOptions
    root : Path, optional
        Folder of collections; the user's by default.
    on_stage : callable, optional

    Returns
    -------
    Embedded

    Raises
    ------
    SpaceError
        With the row or column that cannot be used; then nothing is stored.
    """
    table, file = read_items(path)
    if len(table) > MAX_ITEMS:
        raise SpaceError(f"{path} has {len(table):,} rows; at most {MAX_ITEMS:,} are possible.")
    check_column(table.column_names, options.text, "--text")
    id_column, bad_ids = find_bad_ids(table, options.id)
    for row, reason in bad_ids.items():
        raise SpaceError(f"{path}: {BadRow(row, reason, id_column)} (rows count from 0).")
    table, notes = _with_texts(table, path, options)
    items = items_table(
        table, label=options.label, text=options.text, id_column=id_column, decimal_comma=file.decimal_comma
    )
    texts = [text or "" for text in as_texts(table[options.text])]
    codes = embed(texts, encoder, on_stage)
    notes = [*file.notes, *notes]
    collection = NewCollection(
        name=name, items=items, n_items=len(table), source=printable(path.name), notes=notes
    )
    space = _new_space(encoder, codes, options)
    (space_id,) = save_collection(collection, [(space, codes)], root, on_stage=on_stage)
    return Embedded(space_id, len(table), codes.shape[1], [*notes, *items.notes])


def embed_collection(
    collection: CollectionSpec,
    encoder: TextEncoder,
    options: EmbedOptions,
    *,
    on_stage: OnStage | None = None,
) -> Embedded:
    """Embed a column of a collection's items and store it as one more space of them; see `embed_table`."""
    items = items_of(collection)
    check_column([column.name for column in collection.columns], options.text, "--text")
    texts = as_texts(items.arrow(options.text))
    missing = next((row for row, text in enumerate(texts) if not (text or "").strip()), None)
    if missing is not None:
        raise SpaceError(f"{collection.name}: row {missing}, column {options.text!r}: there is no text.")
    codes = embed([text or "" for text in texts], encoder, on_stage)
    space = _new_space(encoder, codes, options)
    space_id = add_space(collection, space, codes, on_stage=on_stage)
    return Embedded(space_id, len(texts), codes.shape[1])


def embed(texts: Sequence[str], encoder: TextEncoder, on_stage: OnStage | None = None) -> FloatArray:
    """Return vectors of texts, float32 ``(n, latent_dim)``, and report the stage "texts"."""
    if on_stage is None:
        return encoder.embed(texts)
    return encoder.embed(texts, lambda done, n: on_stage("texts", done, n))


def text_space(
    encoder: TextEncoder,
    *,
    latent_dim: int,
    plane: Literal["umap", "pca"] = "umap",
    command: str = "",
    scores: Mapping[str, Any] | None = None,
) -> NewSpace:
    """Return the description of an encoder's space, compared by the cosine."""
    return NewSpace(
        name=encoder.name,
        title=f"{encoder.title}, {latent_dim}-D",
        metric="cosine",
        plane=plane,
        recipe={**({"command": command} if command else {}), **encoder.recipe},
        scores=scores or {},
        notes=encoder.notes,
    )


def _new_space(encoder: TextEncoder, codes: FloatArray, options: EmbedOptions) -> NewSpace:
    return text_space(encoder, latent_dim=codes.shape[1], plane=options.plane, command=options.command)


def _with_texts(table: Any, path: Path, options: EmbedOptions) -> tuple[Any, list[str]]:  # noqa: ANN401
    """Return the rows that have a text, and a sentence on those that have none."""
    missing = [row for row, text in enumerate(as_texts(table[options.text])) if not (text or "").strip()]
    if not missing:
        return table, []
    if not options.skip_bad or len(missing) == len(table):
        raise SpaceError(
            f"{path}: row {missing[0]}, column {options.text!r}: there is no text ({len(missing):,} of "
            f"{len(table):,} rows have none; rows count from 0). Leave them out with --skip-bad."
        )
    left = sorted(set(range(len(table))) - set(missing))
    return table.take(left), [f"{len(missing):,} of {len(table):,} rows have no text and are left out."]
