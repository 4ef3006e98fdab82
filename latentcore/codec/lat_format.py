"""The file format of compressed images, ``.lat``.

=============  =======================================================================
bytes          content
=============  =======================================================================
4              ``LATC``
2, 2, 4        format version, length of the header, length of the payload (little-endian)
4              in version 2: length of the names
header         JSON: model, sha256 of its weights, tables, image shape, n, step, shares
payload        the codes, see `latentcore.codec.entropy_coding`
names          in version 2: the images' names, see `latentcore.codec.image_names`
8              BLAKE2b hash of everything before
=============  =======================================================================

Files without names are written as version 1, which older programs read.

References
----------
J.-P. Aumasson et al., "BLAKE2: simpler, smaller, fast as MD5", 2013.
"""

from __future__ import annotations

import hashlib
import json
import math
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from latentcore.codec.image_names import find_name_fault, pack_names, unpack_names
from latentcore.codec.quantisation import MAX_SHARE
from latentcore.exceptions import CodecError
from latentcore.types import ImageShape

SUFFIX = ".lat"
MAGIC = b"LATC"
VERSION_WITHOUT_NAMES, VERSION_WITH_NAMES = 1, 2
"""Format versions."""
MAX_FILE_BYTES = 64 * 2**20
MAX_IMAGES = 1_000_000
MAX_PIXELS = 2**28
"""Limit for all images together: a gigabyte when decoded."""

_START = struct.Struct("<4sH")
_LENGTHS = {VERSION_WITHOUT_NAMES: struct.Struct("<HI"), VERSION_WITH_NAMES: struct.Struct("<HII")}
"""Lengths of the blocks that follow, in order: header, payload, names."""
_DIGEST_BYTES = 8
_MAX_HEADER_BYTES = 2**16 - 1


@dataclass(frozen=True, kw_only=True)
class LatFile:
    """The content of a ``.lat`` file.

    Attributes
    ----------
    model : str
        Id of the bundle that decodes it, such as "mnist/vae-d16".
    sha256 : str
        Checksum of the bundle's ``model.safetensors``.
    tables : str
        Fingerprint of the frequency tables.
    shape : (int, int, int)
        Image shape ``(channels, height, width)``.
    n : int
        Number of images.
    step : float
    shares : tuple of int
        See `latentcore.codec.quantisation.QuantisationGrid`.
    payload : bytes
    names : tuple of str or None
        One per image, without extension; valid if `latentcore.codec.image_names.find_name_fault` finds no
        fault.
    """

    model: str
    sha256: str
    tables: str
    shape: ImageShape
    n: int
    step: float
    shares: tuple[int, ...]
    payload: bytes
    names: tuple[str, ...] | None = None


def pack(content: LatFile) -> bytes:
    """Return a file's bytes.

    Raises
    ------
    CodecError
        If there are more images than a file can hold, or the names are unsafe or not one per image.
    """
    fields = {name: value for name, value in vars(content).items() if name in _FIELDS}
    header = json.dumps(fields, separators=(",", ":"), allow_nan=False).encode()
    blocks = [header, content.payload]
    if content.names is not None:
        fault = (
            find_name_fault(content.names)
            if len(content.names) == content.n
            else "there must be one per image"
        )
        if fault is not None:
            raise CodecError(f"The images' names cannot be stored: {fault}.")
        blocks.append(pack_names(content.names))
    version = VERSION_WITHOUT_NAMES if content.names is None else VERSION_WITH_NAMES
    size = _START.size + _LENGTHS[version].size + sum(map(len, blocks)) + _DIGEST_BYTES
    if size > MAX_FILE_BYTES or not _is_bounded(content.n, content.shape):
        raise CodecError("There are more images than a file can hold. Compress them in several parts.")
    if len(header) > _MAX_HEADER_BYTES:
        raise CodecError("The model has more dimensions than a file's header can describe.")
    body = _START.pack(MAGIC, version) + _LENGTHS[version].pack(*map(len, blocks)) + b"".join(blocks)
    return body + _digest(body)


def unpack(data: bytes, name: str) -> LatFile:
    """Return the content of a file, verified: sizes, checksum, then every field of the header.

    Parameters
    ----------
    data : bytes
    name : str
        Name of the file in messages.

    Raises
    ------
    CodecError
        If it is no ``.lat`` file, of a newer version, truncated, altered or out of bounds.
    """
    if not data.startswith(MAGIC):
        raise CodecError(f"{name} is no file of compressed images. Make one with `latentcore compress`.")
    if len(data) < _START.size:
        raise CodecError(_damage_message(name, "it ends within its first bytes"))
    _, version = _START.unpack_from(data)
    header, payload, *names = _blocks(data, version, name)
    fields = _checked(_parse(header, name), name)
    kept = _parse_names(names[0], fields["n"], name) if names else None
    return LatFile(**fields, payload=payload, names=kept)


def _blocks(data: bytes, version: int, name: str) -> list[bytes]:
    """Return header, payload and, in version 2, names, after checking sizes and checksum."""
    lengths = _LENGTHS.get(version)
    ends = [_START.size + (lengths.size if lengths else 0)]
    if lengths is not None:
        if len(data) < ends[0]:
            raise CodecError(_damage_message(name, "it ends within its first bytes"))
        for length in lengths.unpack_from(data, _START.size):
            ends.append(ends[-1] + length)
        if len(data) != ends[-1] + _DIGEST_BYTES:
            expected = ends[-1] + _DIGEST_BYTES
            raise CodecError(_damage_message(name, f"it has {len(data):,} bytes instead of {expected:,}"))
    if _digest(data[:-_DIGEST_BYTES]) != data[-_DIGEST_BYTES:]:
        raise CodecError(_damage_message(name, "its checksum is wrong"))
    if lengths is None:
        raise CodecError(
            f"{name} has format version {version}, this program reads {VERSION_WITHOUT_NAMES} and "
            f"{VERSION_WITH_NAMES}. Upgrade the program."
        )
    return [data[start:end] for start, end in pairwise(ends)]


def _digest(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=_DIGEST_BYTES).digest()


def _damage_message(name: str, what: str) -> str:
    return f"{name} is truncated or altered: {what}. Copy it again or compress the images again."


def _parse(header: bytes, name: str) -> dict[str, Any]:
    try:
        fields = json.loads(header.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise CodecError(f"{name}: its header is not valid JSON. Compress the images again.") from error
    if not isinstance(fields, dict):
        raise CodecError(f"{name}: its header is not a JSON object. Compress the images again.")
    return fields


def _parse_names(block: bytes, n: int, name: str) -> tuple[str, ...]:
    try:
        return unpack_names(block, n)
    except ValueError as error:
        raise CodecError(f"{name}: the names in it are invalid. Compress again.") from error


def _is_count(value: object, limit: int) -> bool:
    return type(value) is int and 1 <= value <= limit


def _is_bounded(n: int, shape: ImageShape) -> bool:
    return n <= MAX_IMAGES and n * math.prod(shape) <= MAX_PIXELS


_FIELDS: Mapping[str, Callable[[Any], bool]] = {
    "model": lambda v: isinstance(v, str) and 0 < len(v) <= 200,  # noqa: PLR2004
    "sha256": lambda v: isinstance(v, str) and len(v) == 64,  # noqa: PLR2004
    "tables": lambda v: isinstance(v, str) and len(v) == 16,  # noqa: PLR2004
    "shape": lambda v: isinstance(v, list) and len(v) == 3 and all(_is_count(s, 512) for s in v),  # noqa: PLR2004
    "n": lambda v: _is_count(v, MAX_IMAGES),
    "step": lambda v: isinstance(v, float) and math.isfinite(v) and v > 0,
    "shares": lambda v: isinstance(v, list) and bool(v) and all(_is_count(s, MAX_SHARE) for s in v),
}


def _checked(fields: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the header's fields, after checking their types and bounds."""
    if set(fields) != set(_FIELDS):
        raise CodecError(f"{name}: its header has unexpected fields. Compress the images again.")
    for field, is_right in _FIELDS.items():
        if not is_right(fields[field]):
            raise CodecError(f"{name}: “{field}” in its header is invalid. Compress again.")
    shape = tuple(fields["shape"])
    if not _is_bounded(fields["n"], shape):
        raise CodecError(f"{name}: its header asks for more images than a file can hold. Compress again.")
    return fields | {"shape": shape, "shares": tuple(fields["shares"])}
