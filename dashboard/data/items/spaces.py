"""Spaces of items without a model: found once a minute, opened once, for the sessions that may see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import streamlit as st

from dashboard.data.ownership import may_see
from latentcore.exceptions import UnknownNameError
from latentcore.spaces import CollectionSpec, ItemSpace, SpaceSpec, load_space, scan_spaces
from latentcore.spaces.loading import items_of
from latentcore.spaces.table.items import Items
from latentcore.store import Space

__all__ = ["CollectionSpec", "ItemSpace", "SpaceSpec", "find_collection", "found_spaces", "open_space"]


@dataclass(frozen=True)
class FoundSpaces:
    """The readable spaces, and the problems of the others.

    Attributes
    ----------
    specs : dict of str to SpaceSpec
        By id, such as "reviews/minilm".
    problems : dict of str to str
        One sentence by id, or by name of a collection.
    """

    specs: Mapping[str, SpaceSpec]
    problems: Mapping[str, str]


@st.cache_resource(ttl=60, show_spinner=False)
def scanned_spaces() -> FoundSpaces:
    """Return the spaces of all sessions; their folders are scanned at most once a minute."""
    specs, problems = scan_spaces()
    return FoundSpaces({spec.id: spec for spec in specs}, {one.id: one.message for one in problems})


def found_spaces() -> FoundSpaces:
    """Return the spaces that the current session may see; see `dashboard.data.ownership`."""
    found = scanned_spaces()
    return FoundSpaces(
        {space_id: spec for space_id, spec in found.specs.items() if may_see(space_id)},
        {space_id: problem for space_id, problem in found.problems.items() if may_see(space_id)},
    )


def find_collection(name: str) -> CollectionSpec | None:
    """Return the spec of a collection that the current session may see, or None."""
    specs = found_spaces().specs.values()
    return next((spec.collection for spec in specs if spec.collection.name == name), None)


def open_space(space_id: str) -> ItemSpace:
    """Return a loaded and verified space; raises `LatentcoreError` with file and cause.

    A space of another session is unknown, like one that does not exist. A space that was replaced on disk is
    loaded again once `found_spaces` has found its new files.
    """
    spec = found_spaces().specs.get(space_id)
    if spec is None:
        raise UnknownNameError(f"There is no space {space_id[:80]!r}.")
    return _loaded(space_id, spec.checksums)


@st.cache_resource(max_entries=8, show_spinner=False)
def _loaded(space_id: str, checksums: str) -> ItemSpace:  # noqa: ARG001 - a key
    space = load_space(space_id)
    collection = space.spec.collection
    return replace(space, items=_items(collection.name, collection.checksums, collection))


@st.cache_resource(max_entries=4, show_spinner=False)
def _items(name: str, checksums: str, _collection: CollectionSpec) -> Items:  # noqa: ARG001 - a key
    """Return the items of a collection, which all its spaces share, so that texts are in memory once."""
    return items_of(_collection)


def shown_things(space: Space) -> str:
    """Return what the points of a space's map are, in the plural: "test images", or "items"."""
    return "items" if isinstance(space, ItemSpace) else "test images"
