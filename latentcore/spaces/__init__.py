"""Spaces of items without a model: their codes, items, neighbours and planes, on disk and in memory."""

from latentcore.spaces.listing import find_collection, find_spaces, list_spaces, remove_space, scan_spaces
from latentcore.spaces.loading import load_space
from latentcore.spaces.space import ItemSpace
from latentcore.spaces.specs import CollectionSpec, SpaceSpec
from latentcore.spaces.table.columns import ColumnKind, ItemColumn, Roles
from latentcore.spaces.table.items import Items

__all__ = [
    "CollectionSpec",
    "ColumnKind",
    "ItemColumn",
    "ItemSpace",
    "Items",
    "Roles",
    "SpaceSpec",
    "find_collection",
    "find_spaces",
    "list_spaces",
    "load_space",
    "remove_space",
    "scan_spaces",
]
