"""Loading spaces: sizes, checksums and arrays are verified first."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from latentcore.exceptions import BundleError, SpaceError, UnknownNameError
from latentcore.large_arrays import take_rows
from latentcore.metrics.sampling import stratified_rows
from latentcore.spaces.code_files import VERIFIED_BYTES, blocks, open_array, verify_listed
from latentcore.spaces.folders import CARD_FILE, CODES_FILE, ITEMS_FILE, NEIGHBOURS_FILE, TABLES_FILE
from latentcore.spaces.listing import find_spaces
from latentcore.spaces.space import ItemSpace
from latentcore.spaces.specs import N_DRAWN, CollectionSpec, SpaceSpec
from latentcore.spaces.table.items import Items
from latentcore.store.arrays import parse_npz
from latentcore.store.checked_files import read_bytes
from latentcore.store.code_table import CodeTable
from latentcore.store.derived import DerivedTables, derived_types
from latentcore.store.derived_checks import read_derived
from latentcore.types import FloatArray, LabelArray

MAX_CODE = 1e15
"""Larger codes would overflow when distances are squared."""


def load_space(space_id: str, root: Path | None = None, *, verify: bool = False) -> ItemSpace:
    """Load and verify a space.

    Parameters
    ----------
    space_id : str
        Such as "reviews/minilm".
    root : Path, optional
        Folder of collections; by default the user's, then that of the library.
    verify : bool
        Whether to compare the checksums of large files (codes of more than 64 MiB), too.

    Returns
    -------
    ItemSpace

    Raises
    ------
    UnknownNameError
        If there is no such space.
    SpaceError
        If a file is missing, truncated or changed, holds unexpected arrays, or the format is too new.
    """
    if "/" not in space_id:
        raise UnknownNameError(f"The id of a space is <collection>/<space>, not {space_id[:80]!r}.")
    (spec,) = find_spaces(space_id, root)
    return open_space(spec, verify=verify)


def open_space(spec: SpaceSpec, *, verify: bool = False) -> ItemSpace:
    """Load and verify the space of a spec; see `load_space`."""
    verify_listed(spec.collection.folder, spec.collection.config["files"], every=verify)
    verify_listed(spec.folder, spec.config["files"], every=verify)
    items = items_of(spec.collection)
    lists = open_array(
        spec.folder / NEIGHBOURS_FILE, (spec.n_items, spec.config["neighbours"]["k"]), np.int32
    )
    if len(lists) * lists.shape[1] <= VERIFIED_BYTES and (lists.min() < 0 or lists.max() >= spec.n_items):
        raise SpaceError(f"{spec.folder / NEIGHBOURS_FILE}: rows out of range; add the space again.")
    codes = open_codes(spec)
    test, train, derived = _tables(spec, codes, items.labels)
    return ItemSpace(
        spec=spec,
        items=items,
        test=test,
        train=train,
        derived=derived,
        neighbour_lists=lists,
        card=_card(spec),
    )


def items_of(collection: CollectionSpec) -> Items:
    """Return the items of a collection, not yet read."""
    return Items(
        path=collection.folder / ITEMS_FILE,
        n=collection.n_items,
        columns=collection.columns,
        roles=collection.roles,
        classes=collection.classes,
        has_unlabelled=collection.has_unlabelled,
    )


def open_codes(spec: SpaceSpec) -> FloatArray:
    """Return the codes of all items, memory-mapped; those of small files are checked to be finite."""
    path = spec.folder / CODES_FILE
    codes = open_array(path, (spec.n_items, spec.latent_dim), spec.config["dtype"])
    if codes.nbytes <= VERIFIED_BYTES:
        for start, part in blocks(codes):
            if not (np.abs(part) <= MAX_CODE).all():
                raise SpaceError(f"{path}: a code from row {start} on is not finite, or too large.")
    return codes


def _tables(
    spec: SpaceSpec, codes: FloatArray, labels: LabelArray
) -> tuple[CodeTable, CodeTable, DerivedTables]:
    path, n, n_classes = spec.folder / TABLES_FILE, spec.n_items, len(spec.collection.classes)
    try:
        data = read_bytes(path)
        types = derived_types(frozenset(), spec.latent_dim, spec.n_drawn, n_classes)
        arrays = parse_npz(data, path, {**types, "plane": np.dtype(np.float32)})
        plane = arrays.pop("plane")
        if plane.shape != (n, 2):
            raise SpaceError(f"{path}: array 'plane' has shape {plane.shape}, expected {(n, 2)}.")
        test, train = code_tables(codes, labels, plane)
        small = codes.nbytes <= VERIFIED_BYTES and spec.config["neighbours"]["method"] == "exact"
        derived = read_derived(arrays, path, test, train, n_classes, of_items=True, recompute=small)
    except BundleError as error:
        raise SpaceError(str(error)) from error
    return test, train, derived


def code_tables(codes: FloatArray, labels: LabelArray, plane: FloatArray) -> tuple[CodeTable, CodeTable]:
    """Return the tables of the drawn items and of all items.

    Parameters
    ----------
    codes : float32 or float16 array, shape (n, latent_dim)
    labels : int64 array, shape (n,)
        -1 without classes.
    plane : float32 array, shape (n, 2)
    """
    rows = stratified_rows(labels, N_DRAWN)
    errors = np.full(len(labels), np.nan, np.float32)
    train = CodeTable(codes=codes, labels=labels, indices=np.arange(len(labels)), errors=errors, plane=plane)
    test = CodeTable(
        codes=take_rows(codes, rows),
        labels=labels[rows],
        indices=rows,
        errors=errors[rows],
        plane=plane[rows],
    )
    return test, train


def _card(spec: SpaceSpec) -> str:
    try:
        return read_bytes(spec.folder / CARD_FILE).decode("utf-8", errors="replace")
    except BundleError as error:
        raise SpaceError(str(error)) from error
