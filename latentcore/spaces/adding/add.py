"""Adding a file of vectors as spaces: read it, check its rows, recognise its columns, and store it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from latentcore.datasets.own.entries import printable
from latentcore.exceptions import SpaceError
from latentcore.spaces.adding.add_options import AddOptions
from latentcore.spaces.adding.gathering import Gathered, check_variety, dtype_of, gather, keep_rows
from latentcore.spaces.adding.joining import joined
from latentcore.spaces.adding.new_codes import space_names
from latentcore.spaces.building import NewSpace, OnStage, build_space
from latentcore.spaces.code_files import open_array
from latentcore.spaces.config import MAX_ITEMS
from latentcore.spaces.folders import CODES_FILE
from latentcore.spaces.reading import BadRow, Source, open_source
from latentcore.spaces.reading.open_file import projector_metadata
from latentcore.spaces.specs import CollectionSpec
from latentcore.spaces.table.items_table import find_bad_ids, items_table, with_rows
from latentcore.spaces.table.roles import NUMBER_ROWS
from latentcore.spaces.writing import NewCollection, check_free, store_collection, write_items

MAX_NAMED = 5
"""Bad rows that a message names; the others are counted."""


@dataclass
class Added:
    """What was added.

    Attributes
    ----------
    spaces : list of (str, int)
        Id and dimension of each space.
    n_items : int
    classes : tuple of str
    columns : list of str
        Each column in words, such as "year: number, 1990 to 2020".
    notes : list of str
        Sentences on what was recognised.
    set_aside : list of BadRow
        Rows that were left out.
    """

    spaces: list[tuple[str, int]] = field(default_factory=list)
    n_items: int = 0
    classes: tuple[str, ...] = ()
    columns: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    set_aside: list[BadRow] = field(default_factory=list)


def add_file(
    name: str,
    path: Path,
    root: Path | None = None,
    *,
    options: AddOptions | None = None,
    owner: str | None = None,
    reserved: Mapping[str, str] | None = None,
    on_stage: OnStage | None = None,
) -> Added:
    """Read a file of vectors and store them as spaces of the same items.

    Parameters
    ----------
    name : str
        Of the collection: small letters, digits, hyphens and underscores, beginning with a letter.
    path : Path
    root : Path, optional
        Folder of collections; the user's by default.
    options : AddOptions, optional
    owner : str, optional
        See `latentcore.spaces.writing.save_collection`.
    reserved : mapping of str to str, optional
        Names that may not be taken; see `latentcore.spaces.taken_names.taken_names`.
    on_stage : callable, optional
        Receives the name of a stage, the steps done, and all (or None).

    Returns
    -------
    Added

    Raises
    ------
    SpaceError
        With the cause, and the row or column of it; then nothing is stored.
    """
    options = options or AddOptions()
    check_free(name, reserved or {})
    metadata = options.metadata or projector_metadata(path)
    source = open_source(path, options.reading)
    if source.n_rows is not None and source.n_rows > MAX_ITEMS:
        raise SpaceError(f"{path} holds {source.n_rows:,} vectors; at most {MAX_ITEMS:,} are possible.")
    names = space_names([column.name for column in source.vectors])
    adding = _Adding(name, source, names, metadata, options, owner, on_stage or (lambda *_: None))
    ids = store_collection(name, names, adding.write, root, owner=owner)
    dims = [column.latent_dim for column in source.vectors]
    adding.added.spaces = list(zip(ids, dims, strict=True))
    return adding.added


class _Adding:
    """One run of `add_file`, from a source to a draft folder."""

    def __init__(  # noqa: PLR0917
        self,
        name: str,
        source: Source,
        names: Sequence[str],
        metadata: Path | None,
        options: AddOptions,
        owner: str | None,
        on_stage: OnStage,
    ) -> None:
        self.added = Added(notes=list(source.notes))
        self._name, self._source, self._names, self._metadata = name, source, names, metadata
        self._options, self._owner, self._on_stage = options, owner, on_stage

    def write(self, folder: Path) -> None:
        """Fill the draft folder of the collection."""
        folders = {}
        for column, name in zip(self._source.vectors, self._names, strict=True):
            folders[column.name] = folder / name
            folders[column.name].mkdir()
        cosine, skip = self._options.metric == "cosine", self._options.skip_bad
        read = gather(self._source, folders, cosine=cosine, skip_bad=skip, on_stage=self._on_stage)
        if not read.n:
            raise SpaceError(f"{self._source.path} has no rows.")
        if read.bad and not skip:
            raise SpaceError(self._refusal(read.bad, read.n))
        collection, n = self._write_items(folder, read, folders), self.added.n_items
        del read
        for column, name in zip(self._source.vectors, self._names, strict=True):
            shape = (column.latent_dim, dtype_of(column))
            notes: list[str] = []
            codes = open_array(folders[column.name] / CODES_FILE, (n, shape[0]), shape[1])
            check_variety(codes, column.name, notes)
            del codes
            self.added.notes += notes
            title = f"{column.name[:100].capitalize()}, {column.latent_dim}-D"
            space = NewSpace(
                name=name, title=title, metric=self._options.metric, plane=self._options.plane, notes=notes
            )
            build_space(folders[column.name], space, collection, shape, self._on_stage)

    def _write_items(self, folder: Path, read: Gathered, folders: dict[str, Path]) -> CollectionSpec:
        """Recognise the columns, leave out bad rows, and write the items."""
        self._on_stage("columns", 0, None)
        columns, comma = self._columns(read)
        id_name, columns, n = self._set_aside(read, columns, folders)
        items = items_table(
            columns if columns is not None else {},
            label=self._options.label,
            text=self._options.text,
            id_column=id_name,
            label_hint=self._source.hints.get("label"),
            decimal_comma=comma,
        )
        self.added.n_items, self.added.classes = n, items.classes
        self.added.columns = [f"{column.name}: {column.summary}" for column in items.columns]
        new = NewCollection(
            name=self._name, items=items, n_items=n, source=printable(self._source.path.name),
            notes=self.added.notes,
        )  # fmt: skip
        self.added.notes = [*self.added.notes, *items.notes]
        return write_items(folder, new, self._owner)

    def _columns(self, read: Gathered) -> tuple[Any, bool]:
        """Return the columns of all rows with the metadata, and whether they have decimal commas."""
        if self._metadata is None:
            return read.columns, self._source.decimal_comma
        columns, file = joined(read.columns, self._metadata, read.n, self._options, self.added.notes)
        return columns, file.decimal_comma or self._source.decimal_comma

    def _set_aside(
        self,
        read: Gathered,
        columns: Any,  # noqa: ANN401 - pyarrow has no types
        folders: dict[str, Path],
    ) -> tuple[str | None, Any, int]:
        """Leave out the bad rows, those with bad ids included; return the column of ids, columns and rows."""
        id_name, bad = None, {one.row: one for one in read.bad}
        if columns is not None:
            id_name, bad_ids = find_bad_ids(columns, self._options.id, self._source.hints.get("id"))
            for row, reason in bad_ids.items():
                bad.setdefault(row, BadRow(row, reason, id_name, is_id=True))
        elif self._options.id not in (None, NUMBER_ROWS):
            raise SpaceError(f"--id: there is no column {self._options.id!r}; the file holds vectors only.")
        if not bad:
            return id_name, columns, read.n
        rows = [bad[row] for row in sorted(bad)]
        if not self._options.skip_bad:
            raise SpaceError(self._refusal(rows, read.n))
        kept = np.ones(read.n, bool)
        kept[list(bad)] = False
        if not kept.any():
            raise SpaceError(self._refusal(rows, read.n))
        for column in self._source.vectors:
            keep_rows(folders[column.name], read.n, column, kept)
        self.added.set_aside = rows
        self.added.notes.append(f"{len(rows):,} of {read.n:,} rows are set aside: {_named(rows)}.")
        if id_name is None:  # items are still called by the rows that they had
            columns, id_name = with_rows(columns, read.n)
        return id_name, columns.filter(kept), int(kept.sum())

    def _refusal(self, bad: Sequence[BadRow], n: int) -> str:
        them = "it" if len(bad) == 1 else "them"
        numbered = ", or number the items with --id -" if any(one.is_id for one in bad) else ""
        return (
            f"{self._source.path}: {len(bad):,} of {n:,} rows cannot be used: {_named(bad)} "
            f"(rows are counted from 0). Mend {them}, or set {them} aside with --skip-bad{numbered}."
        )


def _named(bad: Sequence[BadRow]) -> str:
    more = f"; and {len(bad) - MAX_NAMED:,} more" if len(bad) > MAX_NAMED else ""
    return "; ".join(map(str, bad[:MAX_NAMED])) + more
