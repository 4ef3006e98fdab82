"""A file or folder of images to a ``.lat`` file and back: nothing half-written or overwritten."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from latentcore.atomic_files import draft_file
from latentcore.codec.codec import compress, read_codes
from latentcore.codec.image_files import check_place, read_images, unwritable, write_images
from latentcore.codec.lat_format import MOST_BYTES, SUFFIX, LatFile, unpack
from latentcore.exceptions import CodecError, UnknownNameError
from latentcore.metrics.reconstruction import image_mse, psnr
from latentcore.store import Bundle, load_bundle


@dataclass(frozen=True)
class Compressed:
    """What a file cost and what it is worth.

    Attributes
    ----------
    n, n_bytes : int
        Images; size of the whole file.
    bits_per_pixel : float
    psnr : float
        Of the mean squared error over all images, in decibels.
    notes : tuple of str
        Sentences on what was done to the images before.
    """

    n: int
    n_bytes: int
    bits_per_pixel: float
    psnr: float
    notes: tuple[str, ...]


def compress_path(source: Path, out: Path, bundle: Bundle, *, step: float, force: bool) -> Compressed:
    """Compress what `source` names to `out`, with the images' names; see `read_images`.

    Raises
    ------
    CodecError
        If the images cannot be used or do not fit, or `out` is taken, has another ending than ``.lat``,
        or cannot be written.
    """
    if out.suffix.lower() != SUFFIX:
        raise CodecError(f"{out}: compressed images go into a file that ends in {SUFFIX}.")
    if out.is_dir():
        raise CodecError(f"{out} is a folder. Choose another name.")
    if out.exists() and not force:
        raise CodecError(f"{out} exists already. Choose another name or add --force to replace it.")
    found = read_images(source, bundle.image_shape)
    images = found.images
    data = compress(images, bundle, step=step, names=found.names)
    decoded = bundle.model.decode(read_codes(unpack(data, str(out)), bundle))
    try:
        with draft_file(out) as draft:
            draft.write_bytes(data)
    except OSError as error:
        raise unwritable(out, error) from error
    mse = float(image_mse(images, decoded).mean(dtype="float64"))
    return Compressed(len(images), len(data), 8 * len(data) / images.size, psnr(mse), found.notes)


def decompress_path(source: Path, out: Path, *, force: bool) -> int:
    """Decompress `source` to `out`, with the installed bundle that it names; return how many images.

    In a folder they get the names that they had, or numbers if the file keeps none.

    Raises
    ------
    CodecError
        If the file is damaged, its model is not installed or another one, or `out` is taken.
    BundleError
        If the bundle is damaged or `out` cannot be written.
    """
    check_place(out, force=force)
    content = read_lat(source)
    try:
        bundle = load_bundle(content.model)
    except UnknownNameError as error:
        raise CodecError(
            f"{source} needs the model {content.model}, which is not installed. {error}"
        ) from error
    images = bundle.model.decode(read_codes(content, bundle))
    write_images(out, images, content.names, force=force)
    return len(images)


def read_lat(path: Path) -> LatFile:
    """Return the verified content of a ``.lat`` file; raises `CodecError`."""
    if path.exists() and not path.is_file():
        raise CodecError(f"{path} is no file. Name a {SUFFIX} file.")
    try:
        if path.stat().st_size > MOST_BYTES:
            raise CodecError(f"{path} is larger than {MOST_BYTES // 2**20} MiB; no file of ours is.")
        data = path.read_bytes()
    except OSError as error:
        raise CodecError(
            f"{path} cannot be read: {error.strerror or error}. Name a {SUFFIX} file."
        ) from error
    return unpack(data, str(path))
