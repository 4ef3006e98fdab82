"""Names of pictures: their natural order, and those that a file keeps so that they can be given back."""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from latentcore.store.schema import shown
from latentcore.types import FloatArray

ENDINGS = (".png", ".jpg", ".jpeg", ".webp")
LONGEST = 250
"""Bytes of a name; with its ending, what every file system takes."""
MOST_BYTES = 16 * 2**20
"""All names of a file together."""
N_NAMED = 3

_UNUSABLE = re.compile(r'[\x00-\x1f\x7f-\x9f/\\:*?"<>|\u2028-\u202e\u2066-\u2069\ud800-\udfff]')
"""Separators, what Windows reserves, control characters, changes of direction, and halves of characters."""
_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\.|$)", re.IGNORECASE)
"""What Windows takes for a device, whatever the ending."""


@dataclass(frozen=True)
class NamedImages:
    """Images as they were read.

    Attributes
    ----------
    images : float32 array, shape (n, channels, height, width)
        In [0, 1].
    names : tuple of str or None
        One an image, without an ending; None where there are none that can be given back.
    notes : tuple of str
        Sentences on what was done to the images.
    """

    images: FloatArray
    names: tuple[str, ...] | None
    notes: tuple[str, ...]


def natural(name: str) -> tuple[list[str | int], str]:
    """Return a key that sorts names of files by the numbers in them: 2.png before 10.png."""
    parts = re.split(r"(\d+)", _bare(name).casefold())
    return [int(part) if k % 2 else part for k, part in enumerate(parts)], name


def named(images: FloatArray, names: Iterable[str], notes: Sequence[str]) -> NamedImages:
    """Return images with the names that can be given back; if one cannot, none is kept, and a note says so.

    Endings of pictures are left out, unless two names differ in nothing else.
    """
    whole = tuple(names)
    bare = tuple(map(_bare, whole))
    kept = whole if len(set(map(_folded, bare))) < len(bare) else bare
    if (fault := fault_of(kept)) is None:
        return NamedImages(images, kept, tuple(notes))
    lost = f"Names are not kept: {fault}. The images come back numbered, in the same order."
    return NamedImages(images, None, (*notes, lost))


def fault_of(names: Sequence[str]) -> str | None:
    """Return why files of one folder cannot have these names on every system, or None if they can."""
    if sum(len(name.encode(errors="surrogatepass")) + 1 for name in names) > MOST_BYTES:
        return "they are too long together"
    seen: dict[str, str] = {}
    for name in names:
        if not _is_usable(name):
            return f"{shown(name)} is no name for a file on every system"
        folded = _folded(name)
        if folded in seen:
            return f"{shown(seen[folded])} and {shown(name)} are the same name on some systems"
        seen[folded] = name
    return None


def pack_names(names: Sequence[str]) -> bytes:
    """Return names as the bytes of a file's block: UTF-8, one a line, deflated."""
    return zlib.compress("\n".join(names).encode(), 9)


def unpack_names(block: bytes, n: int) -> tuple[str, ...]:
    """Return the `n` names in a block, verified.

    Raises
    ------
    ValueError
        If it is no such block, holds another number of names, or one that is unsafe; see `fault_of`.
    """
    inflater = zlib.decompressobj()
    try:
        data = inflater.decompress(block, MOST_BYTES + 1)
    except zlib.error as error:
        raise ValueError(str(error)) from error
    if len(data) > MOST_BYTES or not inflater.eof or inflater.unused_data:
        raise ValueError("the names are cut off or too long")
    text = data.decode()
    if text.count("\n") != n - 1:
        raise ValueError("there is another number of names")
    names = tuple(text.split("\n"))
    if (fault := fault_of(names)) is not None:
        raise ValueError(fault)
    return names


def some(names: Sequence[str]) -> str:
    """Return the first three names, and how many more there are."""
    more = f" and {len(names) - N_NAMED} more" if len(names) > N_NAMED else ""
    return ", ".join(names[:N_NAMED]) + more


def _bare(name: str) -> str:
    """Return a name without the ending of a picture."""
    stem, _, ending = name.rpartition(".")
    return stem if stem and f".{ending.lower()}" in ENDINGS else name


def _is_usable(name: str) -> bool:
    return (
        bool(name.strip())
        and not name.startswith(".")
        and not _UNUSABLE.search(name)
        and not _DEVICE.match(name)
        and len(name.encode()) <= LONGEST
    )


def _folded(name: str) -> str:
    """Return what a file system without regard to case, or to how accents are written, sees in a name."""
    return unicodedata.normalize("NFD", unicodedata.normalize("NFD", name).casefold())
