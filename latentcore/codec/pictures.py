"""Images on disk: one ``.npz`` file, or a folder of pictures, read whole or refused, written whole or not."""

from __future__ import annotations

import struct
import warnings
import zipfile
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

from latentcore.codec.lat import MOST_IMAGES, MOST_PIXELS
from latentcore.drafts import draft_file
from latentcore.models.base import check_images
from latentcore.store.writing import replace_folder
from latentcore.types import CodecError, FloatArray, ImageShape

ARCHIVE = ".npz"
ARRAY = "images"
PICTURES = (".png", ".jpg", ".jpeg", ".webp")
FORMATS = ("PNG", "JPEG", "WEBP")
MODES = ("1", "L", "LA", "P", "PA", "RGB", "RGBA")
WHITE = 255
N_NAMED = 3

_UNREADABLE = (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error, Warning)


def read_images(path: Path, shape: ImageShape) -> FloatArray:
    """Return the images in an ``.npz`` file or a folder, a folder's in the order of their names.

    Parameters
    ----------
    path : Path
    shape : (int, int, int)
        ``(channels, height, width)`` that each image must have; nothing is scaled or cropped.

    Returns
    -------
    float32 array, shape (n, channels, height, width)
        In [0, 1].

    Raises
    ------
    CodecError
        If there is no such file, no image, anything else beside the images, or an image does not fit.
    """
    if path.is_dir():
        return _read_folder(path, shape)
    if not path.exists():
        raise CodecError(f"{path} is not there. Name an npz file with “{ARRAY}” or a folder of pictures.")
    if path.suffix.lower() != ARCHIVE:
        raise CodecError(f"{path} is neither a folder nor an npz file. Put pictures into a folder.")
    return _read_archive(path, shape)


def write_images(path: Path, images: FloatArray, *, force: bool) -> None:
    """Write images as ``.npz`` (float32, as they are) or as a folder of PNG, numbered from 0.

    Parameters
    ----------
    path : Path
    images : float32 array, shape (n, channels, height, width)
        In [0, 1].
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
            with draft_file(path) as draft, draft.open("wb") as file:
                np.savez_compressed(file, images=images)
        except OSError as error:
            raise unwritable(path, error) from error
        return
    replace_folder(path, lambda draft: _write_folder(draft, images), overwrite=force)


def check_place(path: Path, *, force: bool) -> None:
    """Raise `CodecError` unless images may be written to `path`.

    What is there is replaced only if `force` is set, and a folder only if it holds nothing but pictures.
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
    if path.is_dir() and (others := _others(path)):
        raise CodecError(
            f"{path} holds more than pictures ({_some(others)}) and is not replaced. Choose another folder."
        )


def unwritable(path: Path, error: OSError) -> CodecError:
    """Return what to say of a place that cannot be written."""
    reason = error.strerror or str(error)
    return CodecError(f"{path} cannot be written: {reason}. Choose a writable folder with room.")


def _read_archive(path: Path, shape: ImageShape) -> FloatArray:
    try:
        with zipfile.ZipFile(path) as archive:
            names = [entry.filename for entry in archive.infolist()]
            n_bytes = sum(entry.file_size for entry in archive.infolist())
        if names != [f"{ARRAY}.npy"]:
            raise CodecError(f"{path} holds {_some(names) or 'nothing'}; expected one array, “{ARRAY}”.")
        if n_bytes > 4 * MOST_PIXELS + 2**16:
            raise CodecError(f"{path} unpacks to {n_bytes / 2**30:.1f} GiB. Compress it in several parts.")
        with np.load(path, allow_pickle=False) as arrays:
            images = arrays[ARRAY]
    except (OSError, ValueError, zipfile.BadZipFile, EOFError, KeyError, zlib.error) as error:
        raise CodecError(f"{path} is no plain npz file ({error}). Save it with numpy.savez.") from error
    if images.ndim == 3 and shape[0] == 1:  # noqa: PLR2004 - grey images without a channel axis
        images = images[:, None]
    if images.dtype == np.uint8:
        images = images.astype(np.float32) / WHITE
    if images.dtype == np.float64:
        images = images.astype(np.float32)
    try:
        check_images(images, expected=shape)
    except ValueError as error:
        raise CodecError(f"{path}: {error}") from error
    found: FloatArray = images
    return found


def _read_folder(path: Path, shape: ImageShape) -> FloatArray:
    files = sorted(entry for entry in path.iterdir() if _is_picture(entry))
    if others := _others(path):
        raise CodecError(
            f"{path} holds other things than PNG, JPEG and WebP files: {_some(others)}. Move them elsewhere."
        )
    if not files:
        raise CodecError(f"{path} is empty. Put PNG, JPEG or WebP files of {_size(shape)} pixels into it.")
    if len(files) > MOST_IMAGES or len(files) * np.prod(shape) > MOST_PIXELS:
        raise CodecError(f"{path} holds {len(files):,} pictures. Compress them in several parts.")
    return np.stack([_read_picture(file, shape) for file in files])


def _read_picture(path: Path, shape: ImageShape) -> FloatArray:
    """Return one picture ``(channels, height, width)``; its size is looked at before a pixel is read."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(path, formats=FORMATS) as image:
                if image.size != (shape[2], shape[1]):
                    raise CodecError(
                        f"{path} has {image.width}x{image.height} pixels, the model takes {_size(shape)}. "
                        "Scale or crop it first."
                    )
                if image.mode not in MODES or getattr(image, "n_frames", 1) > 1:
                    raise CodecError(f"{path} is no still image of 8 bits a channel. Save it as 8-bit PNG.")
                pixels = np.asarray(image.convert("RGBA"))
    except _UNREADABLE as error:
        raise CodecError(
            f"{path} cannot be read as an image: it is damaged. Take it out or replace it."
        ) from error
    if (pixels[:, :, 3] < WHITE).any():
        raise CodecError(f"{path} is partly transparent. Save it on a plain background.")
    grey = (pixels[:, :, :1] == pixels[:, :, :3]).all()
    if shape[0] == 1 and not grey:
        raise CodecError(f"{path} is in colour, the model takes grey images. Turn it grey first.")
    chosen = pixels[:, :, : shape[0]].transpose(2, 0, 1)
    return chosen.astype(np.float32) / np.float32(WHITE)


def _write_folder(folder: Path, images: FloatArray) -> None:
    digits = len(str(len(images) - 1))
    for k, image in enumerate(np.rint(images * WHITE).astype(np.uint8).transpose(0, 2, 3, 1)):
        picture = Image.fromarray(image[:, :, 0] if image.shape[2] == 1 else image)
        picture.save(folder / f"{k:0{digits}d}.png")


def _is_picture(path: Path) -> bool:
    return path.is_file() and path.suffix.lower() in PICTURES


def _others(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir() if not _is_picture(entry))


def _some(names: list[str]) -> str:
    more = f" and {len(names) - N_NAMED} more" if len(names) > N_NAMED else ""
    return ", ".join(names[:N_NAMED]) + more


def _size(shape: ImageShape) -> str:
    return f"{shape[2]}x{shape[1]}"
