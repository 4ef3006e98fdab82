"""Images on disk: one ``.npz`` file, or a folder of pictures, read whole or refused, written whole or not."""

from __future__ import annotations

from pathlib import Path

from latentcore.codec.image_folder import kept_things, read_folder, write_folder
from latentcore.codec.image_names import NamedImages, some
from latentcore.codec.image_npz import IMAGES, read_archive, write_archive
from latentcore.exceptions import CodecError
from latentcore.store.writing import replace_folder
from latentcore.types import FloatArray, ImageShape

ARCHIVE = ".npz"


def read_images(path: Path, shape: ImageShape) -> NamedImages:
    """Return the images in an ``.npz`` file or a folder, with their names.

    A folder's come in natural order, 2.png before 10.png. Its hidden files and folders, those that systems
    and archives leave (``.DS_Store``, ``._x.png``, ``__MACOSX``, ``Thumbs.db``, ``desktop.ini``) among
    them, are passed over; pictures stored turned are turned upright as their EXIF says. An array may hold
    float32 or float64 in [0, 1], or 8 or 16 bits; channels may come last, and grey images may have none.

    Parameters
    ----------
    path : Path
    shape : (int, int, int)
        ``(channels, height, width)`` that each image must have; nothing is scaled or cropped.

    Raises
    ------
    CodecError
        If there is no such file, no image, anything else beside the images, or an image does not fit.
    """
    if path.is_dir():
        return read_folder(path, shape)
    if not path.exists():
        raise CodecError(f"{path} is not there. Name an npz file with “{IMAGES}” or a folder of pictures.")
    if path.suffix.lower() != ARCHIVE or not path.is_file():
        raise CodecError(f"{path} is neither a folder nor an npz file. Put pictures into a folder.")
    return read_archive(path, shape)


def write_images(
    path: Path, images: FloatArray, names: tuple[str, ...] | None = None, *, force: bool
) -> None:
    """Write images as ``.npz`` (float32, as they are) or as a folder of PNG.

    Parameters
    ----------
    path : Path
    images : float32 array, shape (n, channels, height, width)
        In [0, 1].
    names : tuple of str or None
        One an image, without an ending, free of faults (see `latentcore.codec.image_names.fault_of`); None
        numbers the files from 0.
    force : bool
        Replace what is there; see `check_place`.

    Raises
    ------
    CodecError
        If the place is taken or cannot be used.
    BundleError
        If it cannot be written.
    """
    check_place(path, force=force)
    if path.suffix.lower() == ARCHIVE:
        try:
            write_archive(path, images, names)
        except OSError as error:
            raise unwritable(path, error) from error
        return
    replace_folder(path, lambda draft: write_folder(draft, images, names), overwrite=force)


def check_place(path: Path, *, force: bool) -> None:
    """Raise `CodecError` unless images may be written to `path`.

    What is there is replaced only if `force` is set, and a folder only if it holds nothing but pictures and
    the files that systems make by themselves.
    """
    is_archive = path.suffix.lower() == ARCHIVE
    if path.suffix and not is_archive:
        raise CodecError(f"{path}: images go into an .npz file or a folder, whose name has no ending.")
    if not path.exists():
        return
    if path.is_dir() == is_archive:
        raise CodecError(
            f"{path} exists and is {'a' if path.is_dir() else 'no'} folder. Choose another name."
        )
    if not force:
        raise CodecError(f"{path} exists already. Choose another name or add --force to replace it.")
    if path.is_dir() and (others := kept_things(path)):
        raise CodecError(
            f"{path} holds more than pictures ({some(others)}) and is not replaced. Choose another folder."
        )


def unwritable(path: Path, error: OSError) -> CodecError:
    """Return what to say of a place that cannot be written."""
    reason = error.strerror or str(error)
    return CodecError(f"{path} cannot be written: {reason}. Choose a writable folder with room.")
