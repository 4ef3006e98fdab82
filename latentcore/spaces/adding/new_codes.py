"""Checking the codes of a new space, and writing them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from latentcore.exceptions import SpaceError
from latentcore.spaces.building import NewSpace
from latentcore.spaces.code_files import CodesWriter, blocks
from latentcore.spaces.config import MAX_DIM
from latentcore.spaces.folders import CODES_FILE
from latentcore.spaces.loading import MAX_CODE
from latentcore.types import FloatArray


def space_names(titles: Sequence[str]) -> list[str]:
    """Return names for spaces of these titles: small letters, digits and hyphens, all different."""
    found: list[str] = []
    for title in titles:
        plain = re.sub(r"[^a-z0-9._-]+", "-", title.lower()).strip("-._")[:60] or "vectors"
        name, k = plain, 2
        while name in found:
            name, k = f"{plain}-{k}", k + 1
        found.append(name)
    return found


def check_codes(codes: FloatArray, n_items: int, new: NewSpace) -> None:
    """Raise `SpaceError` unless codes can be those of a space: shape, finite, and no zeros under cosine."""
    if codes.ndim != 2 or len(codes) != n_items or not 1 <= codes.shape[1] <= MAX_DIM:  # noqa: PLR2004
        raise SpaceError(
            f"The codes of {new.title} have the shape {codes.shape}; there are {n_items:,} items."
        )
    for start, part in blocks(codes):
        wrong = ~(np.abs(part) <= MAX_CODE).all(axis=1)
        if wrong.any():
            raise SpaceError(f"{new.title}, row {start + int(wrong.argmax())}: not finite, or too large.")
        if new.metric == "cosine" and (zero := ~part.any(axis=1)).any():
            raise SpaceError(
                f"{new.title}, row {start + int(zero.argmax())}: a vector of zeros has no direction; "
                "take the Euclidean distance."
            )


def write_codes(folder: Path, codes: FloatArray, new: NewSpace) -> None:
    """Write ``codes.npy``; with the cosine metric, scaled to length 1."""
    with CodesWriter(folder / CODES_FILE, codes.shape[1], codes_dtype(codes)) as writer:
        for _, part in blocks(codes):
            writer.write(unit_rows(part) if new.metric == "cosine" else part)


def unit_rows(rows: FloatArray) -> FloatArray:
    """Return rows ``(m, d)`` scaled to length 1; none may be zero."""
    wide = rows.astype(np.float64)
    wide /= np.abs(wide).max(axis=1, keepdims=True)
    return np.asarray(wide / np.linalg.norm(wide, axis=1, keepdims=True), np.float32)


def codes_dtype(codes: FloatArray) -> str:
    """Return the type that codes are stored in: "float16" if they are given so, else "float32"."""
    return "float16" if codes.dtype == np.float16 else "float32"
