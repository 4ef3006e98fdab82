"""Writing collections and spaces: a draft folder is filled and renamed, so that nothing is half written."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from latentcore.datasets.own.names import NAME as COLLECTION_NAME
from latentcore.datasets.own.names import is_owned
from latentcore.exceptions import BundleError, SpaceError
from latentcore.spaces.adding.new_codes import check_codes, codes_dtype, write_codes
from latentcore.spaces.building import NewSpace, OnStage, build_space
from latentcore.spaces.code_files import file_facts
from latentcore.spaces.config import FORMAT_VERSION, MAX_ITEMS, read_collection
from latentcore.spaces.folders import CONFIG_FILE, ITEMS_FILE, own_spaces
from latentcore.spaces.specs import CollectionSpec
from latentcore.spaces.table.items_table import ItemsTable
from latentcore.store.folders import replace_folder
from latentcore.store.names import NAME as SPACE_NAME
from latentcore.types import FloatArray

FEWEST_ITEMS = 2


@dataclass(frozen=True, kw_only=True)
class NewCollection:
    """Items that are to be stored.

    Attributes
    ----------
    name : str
        Small letters, digits, hyphens and underscores, beginning with a letter.
    items : ItemsTable
        From `latentcore.spaces.table.items_table.items_table`.
    n_items : int
    title, source, licence : str
        The source is a file's name, or a sentence on where the items come from.
    images : (str, str), optional
        Dataset and split whose images the items are, all of them in order.
    notes : sequence of str
        Sentences for the cards of its spaces.
    """

    name: str
    items: ItemsTable
    n_items: int
    title: str = ""
    source: str = ""
    licence: str = "not stated"
    images: tuple[str, str] | None = None
    notes: Sequence[str] = field(default=())


def save_collection(
    new: NewCollection,
    spaces: Sequence[tuple[NewSpace, FloatArray]],
    root: Path | None = None,
    *,
    owner: str | None = None,
    overwrite: bool = False,
    on_stage: OnStage | None = None,
) -> list[str]:
    """Store a collection with its spaces.

    Parameters
    ----------
    new : NewCollection
    spaces : sequence of (NewSpace, array)
        Each with its codes, float32 or float16 ``(n_items, latent_dim)``, finite.
    root : Path, optional
        Folder of collections; the user's by default.
    owner : str, optional
        Token of 16 hexadecimal digits: the collection belongs to one session of a dashboard, and is stored
        as ``<name>-<owner>``.
    overwrite : bool
        Whether to replace a collection of this name.
    on_stage : callable, optional

    Returns
    -------
    list of str
        The ids of the spaces.

    Raises
    ------
    SpaceError
        If the name is taken or unusable, codes are unusable, or the folder cannot be written. Then nothing
        is stored.
    """

    def write(folder: Path) -> None:
        collection = write_items(folder, new, owner)
        for space, codes in spaces:
            draft = folder / space.name
            draft.mkdir()
            write_codes(draft, codes, space)
            build_space(draft, space, collection, (codes.shape[1], codes_dtype(codes)), on_stage or _silent)

    names = [space.name for space, _ in spaces]
    for space, codes in spaces:
        check_codes(codes, new.n_items, space)
    return store_collection(new.name, names, write, root, owner=owner, overwrite=overwrite)


def store_collection(
    name: str,
    spaces: Sequence[str],
    write: Callable[[Path], None],
    root: Path | None = None,
    *,
    owner: str | None = None,
    overwrite: bool = False,
) -> list[str]:
    """Fill the folder of a collection by ``write(draft)`` and rename it; see `save_collection`."""
    if not COLLECTION_NAME.fullmatch(name) or is_owned(name):
        raise SpaceError(
            f"A space cannot be named {name[:60]!r}: take up to 40 small letters, digits, - and _, beginning "
            "with a letter."
        )
    _check_space_names(spaces)
    stored = name if owner is None else f"{name}-{owner}"
    folder = (own_spaces() if root is None else root) / stored
    if folder.exists() and not overwrite:
        raise SpaceError(f"There is a space {name!r} already; remove it first, or take another name.")
    _replace(folder, write, overwrite=overwrite)
    return [f"{stored}/{space}" for space in spaces]


def add_space(
    collection: CollectionSpec,
    new: NewSpace,
    codes: FloatArray,
    *,
    overwrite: bool = False,
    on_stage: OnStage | None = None,
) -> str:
    """Store one more space of the items of a collection; return its id.

    Parameters
    ----------
    collection : CollectionSpec
        See `latentcore.spaces.find_collection`.
    new : NewSpace
    codes : float32 or float16 array, shape (n_items, latent_dim)
        In the order of the items.
    overwrite : bool
        Whether to replace a space of this name.
    on_stage : callable, optional

    Raises
    ------
    SpaceError
        As for `save_collection`.
    """
    _check_space_names([new.name])
    check_codes(codes, collection.n_items, new)
    folder = collection.folder / new.name
    if folder.exists() and not overwrite:
        raise SpaceError(f"There is a space {collection.name}/{new.name} already; take another name.")

    def write(draft: Path) -> None:
        write_codes(draft, codes, new)
        build_space(draft, new, collection, (codes.shape[1], codes_dtype(codes)), on_stage or _silent)

    _replace(folder, write, overwrite=overwrite)
    return f"{read_collection(collection.folder).name}/{new.name}"


def check_new(name: str, folder: Path, reserved: Mapping[str, str]) -> None:
    """Raise `SpaceError`, before a long computation, if a collection of this name cannot be added.

    Parameters
    ----------
    name : str
    folder : Path
        Of collections.
    reserved : mapping of str to str
        Names that may not be taken; see `latentcore.spaces.taken_names.taken_names`.
    """
    check_free(name, reserved)
    if (folder / name).exists():
        raise SpaceError(f"There is a space {name!r} already; remove it first, or take another name.")


def check_free(name: str, reserved: Mapping[str, str]) -> None:
    """Raise `SpaceError` if something else has the name of a new collection; see `check_new`."""
    if name in reserved:
        raise SpaceError(f"{name!r} is the name of {reserved[name]}; take another.")


def write_items(folder: Path, new: NewCollection, owner: str | None = None) -> CollectionSpec:
    """Write the items and the config of a collection into a draft folder."""
    items = new.items
    if not FEWEST_ITEMS <= new.n_items <= MAX_ITEMS:
        raise SpaceError(
            f"There are {new.n_items:,} items; a space has {FEWEST_ITEMS} to {MAX_ITEMS:,}."
            if new.n_items != 1
            else f"There is only one item; a space has {FEWEST_ITEMS} to {MAX_ITEMS:,}."
        )
    files: tuple[str, ...] = ()
    if items.columns:
        if items.table.num_rows != new.n_items:
            raise SpaceError(
                f"There are {new.n_items:,} items, but {items.table.num_rows:,} rows of columns."
            )
        pq.write_table(items.table, folder / ITEMS_FILE, compression="zstd", row_group_size=50_000)
        pa.default_memory_pool().release_unused()
        files = (ITEMS_FILE,)
    config = {
        "format_version": FORMAT_VERSION,
        "name": new.name if owner is None else f"{new.name}-{owner}",
        "title": new.title or new.name.replace("_", " ").replace("-", " ").capitalize(),
        "source": new.source,
        "licence": new.licence,
        "n_items": new.n_items,
        "classes": list(items.classes),
        "has_unlabelled": items.has_unlabelled,
        "columns": [column.to_json() for column in items.columns],
        "roles": vars(items.roles),
        "images": None if new.images is None else dict(zip(("dataset", "split"), new.images, strict=True)),
        "notes": [*items.notes, *new.notes],
        "files": file_facts(folder, files),
    }
    text = json.dumps(config, indent=1, ensure_ascii=False, allow_nan=False)
    (folder / CONFIG_FILE).write_text(text + "\n", encoding="utf-8")
    return CollectionSpec(name=str(config["name"]), folder=folder, config=config)


def _check_space_names(names: Sequence[str]) -> None:
    for name in names:
        if not SPACE_NAME.fullmatch(name):
            raise SpaceError(f"A space cannot be named {name[:80]!r}: take small letters, digits and . _ -.")
    if len(set(names)) < len(names):
        raise SpaceError("Two spaces of the same items have the same name.")


def _replace(folder: Path, write: Callable[[Path], None], *, overwrite: bool) -> None:
    try:
        replace_folder(folder, write, overwrite=overwrite)
    except BundleError as error:
        raise SpaceError(str(error)) from error


def _silent(_stage: str, _done: int, _total: int | None) -> None:
    """Report nothing."""
