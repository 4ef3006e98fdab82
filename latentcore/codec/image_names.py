"""Names of image files: natural sorting, and validation and storage of names in a ``.lat`` file."""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from latentcore.image_input import natural_key
from latentcore.store.schema import short_repr
from latentcore.types import FloatArray

EXTENSIONS = (".png", ".jpg", ".jpeg", ".webp")
MAX_NAME_BYTES = 250
"""Limit for a name in bytes; with its extension, accepted by every file system."""
MAX_NAMES_BYTES = 16 * 2**20
"""Limit for all names of a file together."""
N_LISTED = 3

_UNUSABLE = re.compile(r'[\x00-\x1f\x7f-\x9f/\\:*?"<>|\u2028-\u202e\u2066-\u2069\ud800-\udfff]')
"""Separators, characters reserved by Windows, control characters, bidirectional controls and surrogates."""
_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\.|$)", re.IGNORECASE)
"""Names that Windows reserves for devices, with any extension."""


@dataclass(frozen=True)
class NamedImages:
    """Images read from disk, with their names.

    Attributes
    ----------
    images : float32 array, shape (n, channels, height, width)
        Pixels in [0, 1].
    names : tuple of str or None
        One per image, without extension; None if there are no names that can be restored.
    notes : tuple of str
        Sentences on conversions of the images.
    """

    images: FloatArray
    names: tuple[str, ...] | None
    notes: tuple[str, ...]


def natural_sort_key(name: str) -> tuple[list[str | int], str]:
    """Return a sort key for natural order of file names: 2.png before 10.png."""
    return natural_key(_without_extension(name)), name


def attach_names(images: FloatArray, names: Iterable[str], notes: Sequence[str]) -> NamedImages:
    """Return images with their names; if one name is unsafe, none is kept, and a note says so.

    Extensions of image files are removed, unless names differ in nothing else.

    Parameters
    ----------
    images : float32 array, shape (n, channels, height, width)
    names : iterable of str
        File names, one per image.
    notes : sequence of str
        Sentences on conversions of the images.
    """
    whole = tuple(names)
    bare = tuple(map(_without_extension, whole))
    kept = whole if len(set(map(_normalised, bare))) < len(bare) else bare
    if (fault := find_name_fault(kept)) is None:
        return NamedImages(images, kept, tuple(notes))
    lost = f"Names are not kept: {fault}. The images come back numbered, in the same order."
    return NamedImages(images, None, (*notes, lost))


def find_name_fault(names: Sequence[str]) -> str | None:
    """Return why files in one folder cannot have these names on every system, or None if they can."""
    if sum(len(name.encode(errors="surrogatepass")) + 1 for name in names) > MAX_NAMES_BYTES:
        return "they are too long together"
    seen: dict[str, str] = {}
    for name in names:
        if not _is_usable(name):
            return f"{short_repr(name)} is no name for a file on every system"
        folded = _normalised(name)
        if folded in seen:
            return f"{short_repr(seen[folded])} and {short_repr(name)} are the same name on some systems"
        seen[folded] = name
    return None


def pack_names(names: Sequence[str]) -> bytes:
    """Return names as the bytes of a file's block: UTF-8, one per line, deflated."""
    return zlib.compress("\n".join(names).encode(), 9)


def unpack_names(block: bytes, n: int) -> tuple[str, ...]:
    """Return the `n` names in a block, verified.

    Raises
    ------
    ValueError
        If the block is invalid, holds another number of names, or an unsafe one; see `find_name_fault`.
    """
    inflater = zlib.decompressobj()
    try:
        data = inflater.decompress(block, MAX_NAMES_BYTES + 1)
    except zlib.error as error:
        raise ValueError(str(error)) from error
    if len(data) > MAX_NAMES_BYTES or not inflater.eof or inflater.unused_data:
        raise ValueError("the names are cut off or too long")
    text = data.decode()
    if text.count("\n") != n - 1:
        raise ValueError("there is another number of names")
    names = tuple(text.split("\n"))
    if (fault := find_name_fault(names)) is not None:
        raise ValueError(fault)
    return names


def abbreviate(names: Sequence[str]) -> str:
    """Return the first three names and the number of further ones, as text."""
    more = f" and {len(names) - N_LISTED} more" if len(names) > N_LISTED else ""
    return ", ".join(names[:N_LISTED]) + more


def _without_extension(name: str) -> str:
    """Return a name without the extension of an image file."""
    stem, _, ending = name.rpartition(".")
    return stem if stem and f".{ending.lower()}" in EXTENSIONS else name


def _is_usable(name: str) -> bool:
    return (
        bool(name.strip())
        and not name.startswith(".")
        and not _UNUSABLE.search(name)
        and not _DEVICE.match(name)
        and len(name.encode()) <= MAX_NAME_BYTES
    )


def _normalised(name: str) -> str:
    """Return a name as seen by file systems that ignore case and Unicode normalisation."""
    return unicodedata.normalize("NFD", unicodedata.normalize("NFD", name).casefold())
