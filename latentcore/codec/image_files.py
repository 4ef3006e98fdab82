"""Reading and writing images as an ``.npz`` file or a folder of image files; writing is atomic."""

from __future__ import annotations

from pathlib import Path

from latentcore.codec.image_folder import other_files, read_folder, write_folder
from latentcore.codec.image_names import NamedImages, abbreviate
from latentcore.codec.image_npz import IMAGES_KEY, read_archive, write_archive
from latentcore.exceptions import CodecError
from latentcore.store.folders import replace_folder
from latentcore.types import FloatArray, ImageShape

NPZ_SUFFIX = ".npz"


def read_images(path: Path, shape: ImageShape) -> NamedImages:
    """Return the images of an ``.npz`` file or a folder, with their names.

    Images of a folder are in natural order, 2.png before 10.png, and are rotated upright by their EXIF
    orientation. Hidden files and folders, and those left by systems and archives (``.DS_Store``, ``._x.png``,
    ``__MACOSX``, ``Thumbs.db``, ``desktop.ini``), are ignored. An array may hold float32 or float64 in
    [0, 1], or 8-bit or 16-bit integers; channels may be last, and grey images may have no channel axis.

    Parameters
    ----------
    path : Path
    shape : (int, int, int)
        ``(channels, height, width)`` that each image must have; nothing is scaled or cropped.

    Raises
    ------
    CodecError
        If there is no such file, no image, anything beside images, or an image does not fit.
    """
    if path.is_dir():
        return read_folder(path, shape)
    if not path.exists():
        raise CodecError(
            f"{path} does not exist. Give an npz file with “{IMAGES_KEY}” or a folder of pictures."
        )
    if path.suffix.lower() != NPZ_SUFFIX or not path.is_file():
        raise CodecError(f"{path} is neither a folder nor an npz file. Put pictures into a folder.")
    return read_archive(path, shape)


def write_images(
    path: Path, images: FloatArray, names: tuple[str, ...] | None = None, *, force: bool
) -> None:
    """Write images as ``.npz`` (float32, unchanged) or as a folder of PNG files.

    Parameters
    ----------
    path : Path
    images : float32 array, shape (n, channels, height, width)
        Pixels in [0, 1].
    names : tuple of str or None
        One per image, without extension, valid (see `latentcore.codec.image_names.find_name_fault`); None
        numbers the files from 0.
    force : bool
        Whether to replace what exists; see `check_output_path`.

    Raises
    ------
    CodecError
        If `path` exists or is not suitable.
    BundleError
        If it cannot be written.
    """
    check_output_path(path, force=force)
    if path.suffix.lower() == NPZ_SUFFIX:
        try:
            write_archive(path, images, names)
        except OSError as error:
            raise write_error(path, error) from error
        return
    replace_folder(path, lambda temporary: write_folder(temporary, images, names), overwrite=force)


def check_output_path(path: Path, *, force: bool) -> None:
    """Raise `CodecError` unless images may be written to `path`.

    An existing file or folder is replaced only if `force` is set, and a folder only if it holds nothing but
    images and files created by operating systems.
    """
    is_archive = path.suffix.lower() == NPZ_SUFFIX
    if path.suffix and not is_archive:
        raise CodecError(
            f"{path}: images are written to an .npz file, or to a folder, whose name has no extension."
        )
    if not path.exists():
        return
    if path.is_dir() == is_archive:
        raise CodecError(
            f"{path} exists and is {'a' if path.is_dir() else 'no'} folder. Choose another name."
        )
    if not force:
        raise CodecError(f"{path} exists already. Choose another name or add --force to replace it.")
    if path.is_dir() and (others := other_files(path)):
        raise CodecError(
            f"{path} holds more than pictures ({abbreviate(others)}) and is not replaced. "
            "Choose another folder."
        )


def write_error(path: Path, error: OSError) -> CodecError:
    """Return the error for a path that cannot be written."""
    reason = error.strerror or str(error)
    return CodecError(f"{path} cannot be written: {reason}. Choose a writable folder with room.")
