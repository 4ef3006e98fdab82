"""Finding collections and spaces: the user's own, and those that come with the library."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from latentcore.exceptions import SpaceError, UnknownNameError
from latentcore.spaces.config import read_collection, read_space
from latentcore.spaces.folders import collection_folders, own_spaces, space_folders, space_roots
from latentcore.spaces.specs import CollectionSpec, SpaceSpec
from latentcore.store.listing import BundleProblem
from latentcore.store.owners import owners_of


def scan_spaces(root: Path | None = None) -> tuple[list[SpaceSpec], list[BundleProblem]]:
    """Return the specs of all spaces, and a problem for each folder that cannot be read as one.

    Parameters
    ----------
    root : Path, optional
        Folder of collections; by default the user's and the shipped one. Of two collections with the same
        name, the user's is found.
    """
    specs: list[SpaceSpec] = []
    problems: list[BundleProblem] = []
    for name, folder in _collections(root).items():
        try:
            collection = read_collection(folder)
        except SpaceError as error:
            problems.append(BundleProblem(name, str(error)))
            continue
        for space, space_folder in space_folders(folder).items():
            try:
                specs.append(read_space(space_folder, collection))
            except SpaceError as error:
                problems.append(BundleProblem(f"{name}/{space}", str(error)))
    return specs, problems


def list_spaces(root: Path | None = None) -> list[SpaceSpec]:
    """Return the specs of all readable spaces, by id; see `scan_spaces`.

    Those of a dashboard's visitors are left out.
    """
    return [spec for spec in scan_spaces(root)[0] if not owners_of(spec.id)]


def find_collection(name: str, root: Path | None = None) -> CollectionSpec:
    """Return the spec of a collection by its name.

    Raises
    ------
    UnknownNameError
        If there is none.
    SpaceError
        If it cannot be read.
    """
    folder = _collections(root).get(name)
    if folder is None:
        known = ", ".join(_known(root)) or "none"
        raise UnknownNameError(f"No space {name[:80]!r}. There is: {known}.")
    return read_collection(folder)


def find_spaces(name: str, root: Path | None = None) -> list[SpaceSpec]:
    """Return the spaces of a collection, or the one of an id ``<collection>/<space>``.

    Raises
    ------
    UnknownNameError
        If there is no such collection or space.
    SpaceError
        If it cannot be read.
    """
    collection_name, _, space = name.partition("/")
    collection = find_collection(collection_name, root)
    folders = space_folders(collection.folder)
    if space and space not in folders:
        known = ", ".join(f"{collection_name}/{one}" for one in folders)
        raise UnknownNameError(f"No space {name[:80]!r}. There is: {known}.")
    return [read_space(folder, collection) for one, folder in folders.items() if space in ("", one)]


def remove_space(name: str, root: Path | None = None) -> list[str]:
    """Delete a collection of the user's, or one space of it; the last space takes the collection along.

    Parameters
    ----------
    name : str
        Of a collection, or the id of a space.
    root : Path, optional
        Folder of collections; the user's by default.

    Returns
    -------
    list of str
        Ids of the spaces that were removed.

    Raises
    ------
    UnknownNameError
        If there is none of this name, or it came with the library.
    SpaceError
        If it cannot be deleted.
    """
    folder = own_spaces() if root is None else root
    collection, _, space = name.partition("/")
    collections = collection_folders(folder)
    spaces = space_folders(collections[collection]) if collection in collections else {}
    if collection not in collections or (space and space not in spaces):
        known = ", ".join(
            f"{one}/{each}" for one, path in collections.items() for each in space_folders(path)
        )
        raise UnknownNameError(f"No space {name[:80]!r} was added. There is: {known or 'none'}.")
    everything = not space or len(spaces) == 1
    removed = collections[collection] if everything else spaces[space]
    try:
        shutil.rmtree(removed)
    except OSError as error:
        raise SpaceError(f"{removed} cannot be deleted: {error.strerror or error}.") from error
    return [f"{collection}/{one}" for one in spaces if everything or one == space]


def _known(root: Path | None) -> Iterator[str]:
    for name, folder in _collections(root).items():
        if not owners_of(name):
            yield from (f"{name}/{space}" for space in space_folders(folder))


def _collections(root: Path | None) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for folder in reversed(space_roots() if root is None else (root,)):
        found |= collection_folders(folder)
    return dict(sorted(found.items()))
