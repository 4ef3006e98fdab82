"""Loading bundles: version, checksums and arrays are verified, then the model is built."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from latentcore.exceptions import BundleError
from latentcore.models import MODELS, LatentModel
from latentcore.store.arrays import parse_npz, parse_safetensors
from latentcore.store.bundle import (
    CARD_FILE,
    CODES_FILE,
    DERIVED_FILE,
    GOLDEN_FILE,
    HISTORY_FILE,
    METRICS_FILE,
    MODEL_FILE,
    PLANE_DIMENSIONS,
    Bundle,
    BundleSpec,
)
from latentcore.store.checked_files import parse_json, verify_files
from latentcore.store.code_table import CodeTable
from latentcore.store.config import check_history
from latentcore.store.derived import DerivedTables, derived_types
from latentcore.store.derived_checks import read_derived
from latentcore.store.listing import find_folder, read_spec
from latentcore.types import UNLABELLED, FloatArray

CODE_TYPES: Mapping[str, np.dtype[Any]] = {
    "codes": np.dtype(np.float32),
    "labels": np.dtype(np.int64),
    "indices": np.dtype(np.int64),
    "errors": np.dtype(np.float32),
    "plane": np.dtype(np.float32),
}
GOLDEN_TYPES = {"codes": np.dtype(np.float32), "images": np.dtype(np.float32)}
GOLDEN_TOLERANCE = 0.02
"""Largest difference of a pixel that is explained by rounding on another machine, with a margin."""
MAX_GOLDEN = 64
MAX_CODE = 1e6
"""Larger codes would overflow when distances are squared; codes of working models are below 100."""
SPLITS = ("test", "train")
REQUIRED_FILES = (MODEL_FILE, CODES_FILE, DERIVED_FILE, HISTORY_FILE, METRICS_FILE, GOLDEN_FILE, CARD_FILE)


def load_bundle(bundle_id: str, root: Path | None = None) -> Bundle:
    """Load and verify a bundle.

    Parameters
    ----------
    bundle_id : str
        Such as "digits/vae-d2".
    root : Path, optional
        Models folder; `models_folder` by default.

    Returns
    -------
    Bundle

    Raises
    ------
    UnknownNameError
        If there is no such bundle.
    BundleError
        If a file is missing, truncated or changed, holds unexpected arrays, or the format is too new.
    """
    spec = read_spec(find_folder(bundle_id, root))
    files = verify_files(spec.folder, spec.config["files"], REQUIRED_FILES)
    path, n_classes = spec.folder / DERIVED_FILE, len(spec.config["classes"])

    def derive(model: LatentModel, test: CodeTable, train: CodeTable) -> DerivedTables:
        types = derived_types(model.capabilities, model.latent_dim, len(test), n_classes)
        arrays = parse_npz(files[DERIVED_FILE], path, types)
        return read_derived(arrays, path, test, train, n_classes)

    return _build_bundle(spec, files, derive)


def load_outdated(bundle_id: str, root: Path | None = None) -> Bundle:
    """Load and verify a bundle of this or an older format, and recompute its derived tables.

    Raises
    ------
    UnknownNameError
        If there is no such bundle.
    BundleError
        If anything but the derived tables is damaged, or the format is newer than this program reads.
    """
    spec = read_spec(find_folder(bundle_id, root), min_version=1)
    listed = {name: facts for name, facts in spec.config["files"].items() if name != DERIVED_FILE}
    files = verify_files(spec.folder, listed, tuple(name for name in REQUIRED_FILES if name != DERIVED_FILE))
    n_classes = len(spec.config["classes"])
    return _build_bundle(
        spec, files, lambda model, test, train: DerivedTables.compute(model, test, train, n_classes)
    )


def _build_bundle(
    spec: BundleSpec,
    files: Mapping[str, bytes],
    derive: Callable[[LatentModel, CodeTable, CodeTable], DerivedTables],
) -> Bundle:
    """Return the bundle of verified files; ``derive(model, test, train)`` returns its derived tables."""
    folder = spec.folder
    model = _build_model(spec, parse_safetensors(files[MODEL_FILE], folder / MODEL_FILE))
    test, train = _read_codes(files[CODES_FILE], folder / CODES_FILE, spec)
    golden = parse_npz(files[GOLDEN_FILE], folder / GOLDEN_FILE, GOLDEN_TYPES)
    _check_golden(model, golden, folder)
    return Bundle(
        spec=spec,
        model=model,
        test=test,
        train=train,
        derived=derive(model, test, train),
        history=check_history(parse_json(files[HISTORY_FILE], folder / HISTORY_FILE), folder / HISTORY_FILE),
        golden_codes=golden["codes"],
        golden_images=golden["images"],
        card=files[CARD_FILE].decode("utf-8", errors="replace"),
    )


def _build_model(spec: BundleSpec, arrays: Mapping[str, FloatArray]) -> LatentModel:
    try:
        return MODELS[spec.family].from_state(spec.config, arrays)
    except (ValueError, TypeError, KeyError, RuntimeError, OverflowError, MemoryError) as error:
        raise BundleError(f"{spec.folder / MODEL_FILE}: {str(error)[:200]}.") from error


def _check_golden(model: LatentModel, golden: Mapping[str, np.ndarray], folder: Path) -> None:
    """Raise `BundleError` unless the model decodes the golden codes to the golden images."""
    codes, images = golden["codes"], golden["images"]
    n = len(codes) if codes.ndim == 2 else 0  # noqa: PLR2004
    if not 1 <= n <= MAX_GOLDEN or codes.shape[1] != model.latent_dim or np.abs(codes).max() > MAX_CODE:
        raise BundleError(f"{folder / GOLDEN_FILE}: array 'codes' has shape {codes.shape} or huge values.")
    if images.shape != (n, *model.image_shape_):
        raise BundleError(f"{folder / GOLDEN_FILE}: array 'images' has shape {images.shape}.")
    with np.errstate(all="ignore"):
        differs = np.abs(model.decode(codes) - images)
    if not (differs <= GOLDEN_TOLERANCE).all():
        raise BundleError(
            f"{folder / MODEL_FILE}: the model no longer decodes its golden codes as it did; its arrays were "
            "changed. Restore or retrain the bundle."
        )


def _read_codes(data: bytes, path: Path, spec: BundleSpec) -> tuple[CodeTable, CodeTable]:
    own_plane = spec.latent_dim == PLANE_DIMENSIONS
    stored = {name: dtype for name, dtype in CODE_TYPES.items() if not (own_plane and name == "plane")}
    arrays = parse_npz(data, path, {f"{s}_{name}": dtype for s in SPLITS for name, dtype in stored.items()})
    tables = []
    for split in SPLITS:
        columns = {name: arrays[f"{split}_{name}"] for name in stored}
        if own_plane:
            columns["plane"] = columns["codes"]
        _check_columns(columns, split, path, spec)
        tables.append(CodeTable(**columns))
    return tables[0], tables[1]


def _check_columns(columns: Mapping[str, np.ndarray], split: str, path: Path, spec: BundleSpec) -> None:
    n = len(columns["labels"]) if columns["labels"].ndim == 1 else 0
    shapes = {"codes": (n, spec.latent_dim), "labels": (n,), "indices": (n,), "errors": (n,), "plane": (n, 2)}
    for name, shape in shapes.items():
        if columns[name].shape != shape or n == 0:
            raise BundleError(
                f"{path}: array '{split}_{name}' has shape {columns[name].shape}, expected {shape}."
            )
    largest = max(np.abs(columns[name]).max() for name in ("codes", "plane", "errors"))
    if largest > MAX_CODE:
        raise BundleError(f"{path}: the arrays of {split} hold {largest:.3g}, more than any code.")
    in_order = np.sort(columns["indices"])  # many times faster than np.unique
    if in_order[0] < 0 or (in_order[1:] == in_order[:-1]).any():
        raise BundleError(f"{path}: '{split}_indices' are not distinct image indices.")
    n_classes = len(spec.config["classes"])
    lowest, highest = (0, n_classes - 1) if n_classes else (UNLABELLED, UNLABELLED)
    if columns["labels"].min() < lowest or columns["labels"].max() > highest:
        raise BundleError(f"{path}: '{split}_labels' holds a label without a class name.")
