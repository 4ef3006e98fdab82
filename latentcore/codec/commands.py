"""The commands ``compress`` and ``decompress``: images on disk to a ``.lat`` file and back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from latentcore.atomic_files import atomic_file
from latentcore.codec.codec import compress, read_codes
from latentcore.codec.image_files import check_output_path, read_images, write_error, write_images
from latentcore.codec.lat_format import MAX_FILE_BYTES, SUFFIX, LatFile, unpack
from latentcore.codec.rate_distortion import bits_per_pixel
from latentcore.exceptions import CodecError, UnknownNameError
from latentcore.metrics.reconstruction import image_mse, psnr
from latentcore.store import Bundle, load_bundle


@dataclass(frozen=True)
class Compressed:
    """Size and quality of a compressed file.

    Attributes
    ----------
    n, n_bytes : int
        Number of images; size of the whole file.
    bits_per_pixel : float
    psnr : float
        Of the mean squared error over all images, in decibels.
    notes : tuple of str
        Sentences on conversions of the images before compression.
    """

    n: int
    n_bytes: int
    bits_per_pixel: float
    psnr: float
    notes: tuple[str, ...]


def compress_path(source: Path, out: Path, bundle: Bundle, *, step: float, force: bool) -> Compressed:
    """Compress images on disk to a ``.lat`` file, with their names.

    Parameters
    ----------
    source : Path
        See `latentcore.codec.image_files.read_images`.
    out : Path
        Ends in ``.lat``.
    bundle : Bundle
    step : float
        Quantisation step; see `latentcore.codec.codec.compress`.
    force : bool
        Whether to replace an existing file.

    Raises
    ------
    CodecError
        If the images cannot be read or do not fit, or `out` exists, does not end in ``.lat``, or cannot be
        written.
    """
    if out.suffix.lower() != SUFFIX:
        raise CodecError(f"{out}: compressed images are written to a file that ends in {SUFFIX}.")
    if out.is_dir():
        raise CodecError(f"{out} is a folder. Choose another name.")
    if out.exists() and not force:
        raise CodecError(f"{out} exists already. Choose another name or add --force to replace it.")
    found = read_images(source, bundle.image_shape)
    images = found.images
    data = compress(images, bundle, step=step, names=found.names)
    decoded = bundle.model.decode(read_codes(unpack(data, str(out)), bundle))
    try:
        with atomic_file(out) as temporary:
            temporary.write_bytes(data)
    except OSError as error:
        raise write_error(out, error) from error
    mse = float(image_mse(images, decoded).mean(dtype="float64"))
    return Compressed(len(images), len(data), bits_per_pixel(len(data), images), psnr(mse), found.notes)


def decompress_path(source: Path, out: Path, *, force: bool) -> int:
    """Decompress a ``.lat`` file with the installed bundle that it names; return the number of images.

    Parameters
    ----------
    source : Path
        A ``.lat`` file.
    out : Path
        An ``.npz`` file or a folder, whose files get their stored names, or numbers if there are none.
    force : bool
        Whether to replace what exists.

    Raises
    ------
    CodecError
        If the file is damaged, its model is not installed or differs, or `out` exists.
    BundleError
        If the bundle is damaged or `out` cannot be written.
    """
    check_output_path(out, force=force)
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
    """Return the verified content of a ``.lat`` file; raise `CodecError` if it cannot be read."""
    if path.exists() and not path.is_file():
        raise CodecError(f"{path} is not a file. Give a {SUFFIX} file.")
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise CodecError(
                f"{path} is larger than {MAX_FILE_BYTES // 2**20} MiB, the limit for such a file."
            )
        data = path.read_bytes()
    except OSError as error:
        raise CodecError(
            f"{path} cannot be read: {error.strerror or error}. Give a {SUFFIX} file."
        ) from error
    return unpack(data, str(path))
