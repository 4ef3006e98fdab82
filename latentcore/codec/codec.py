"""Images to a file of codes and back, with a bundle."""

from __future__ import annotations

import math

from latentcore.codec.entropy import decode_symbols, encode_symbols, fingerprint, fit_tables
from latentcore.codec.grid import Grid, shares_of, unit_of
from latentcore.codec.lat import LatFile, pack, unpack
from latentcore.models.base import check_codes, check_images
from latentcore.store import Bundle
from latentcore.store.bundle import MODEL_FILE
from latentcore.types import CodecError, FloatArray

DEFAULT_STEP = 0.5


def make_grid(bundle: Bundle, step: float) -> Grid:
    """Return the grid of a relative step.

    Parameters
    ----------
    bundle : Bundle
    step : float
        In spreads of a typical dimension, so that one number means the same to every model; above 0.

    Raises
    ------
    CodecError
        If the step is not a number above 0.
    """
    if not (math.isfinite(step) and step > 0):
        raise CodecError(f"The step is {step:g}; choose a number above 0, such as {DEFAULT_STEP}.")
    shares = shares_of(bundle.model.decode, bundle.train.codes)
    return Grid(step * unit_of(bundle.train.codes, shares), shares)


def compress(images: FloatArray, bundle: Bundle, *, step: float = DEFAULT_STEP) -> bytes:
    """Return images as the bytes of a ``.lat`` file.

    Parameters
    ----------
    images : float32 array, shape (n, channels, height, width)
        In [0, 1], at least one, of the bundle's shape.
    bundle : Bundle
    step : float
        Coarser is smaller; see `make_grid`.

    Raises
    ------
    CodecError
        If images do not fit the bundle, or the step is out of range.
    """
    try:
        check_images(images, expected=bundle.image_shape)
    except ValueError as error:
        raise CodecError(f"The images do not fit {bundle.spec.id}: {error}") from error
    return compress_codes(bundle.model.encode(images), bundle, make_grid(bundle, step))


def compress_codes(codes: FloatArray, bundle: Bundle, grid: Grid) -> bytes:
    """Return codes ``(n, latent_dim)`` as the bytes of a ``.lat`` file; raises `CodecError`."""
    tables = fit_tables(grid.quantise(bundle.train.codes))
    content = LatFile(
        model=bundle.spec.id,
        sha256=_weights(bundle),
        tables=fingerprint(tables),
        shape=bundle.image_shape,
        n=len(codes),
        step=grid.step,
        shares=grid.shares,
        payload=encode_symbols(grid.quantise(codes), tables),
    )
    return pack(content)


def read_codes(content: LatFile, bundle: Bundle) -> FloatArray:
    """Return the codes in a file, float32 ``(n, latent_dim)``: exactly those that were written.

    Raises
    ------
    CodecError
        If the file was written with another bundle, or its codes are damaged.
    """
    if content.model != bundle.spec.id or content.sha256 != _weights(bundle):
        raise CodecError(
            f"The file was made with another {content.model} than the one that is here: the weights differ. "
            "Install the bundle that it was made with."
        )
    if content.shape != bundle.image_shape or len(content.shares) != bundle.spec.latent_dim:
        raise CodecError(f"The file's sizes are not those of {bundle.spec.id}. Compress the images again.")
    grid = Grid(content.step, content.shares)
    tables = fit_tables(grid.quantise(bundle.train.codes))
    if fingerprint(tables) != content.tables:
        raise CodecError(
            f"The file was made with other train codes of {content.model} than those that are here. "
            "Install the bundle that it was made with."
        )
    codes = grid.restore(decode_symbols(content.payload, tables, content.n))
    try:
        check_codes(codes, bundle.spec.latent_dim)
    except ValueError as error:
        raise CodecError(f"The file holds codes that cannot be decoded: {error}") from error
    return codes


def decompress(data: bytes, bundle: Bundle, *, name: str = "The file") -> FloatArray:
    """Return the images of a file, float32 ``(n, channels, height, width)`` in [0, 1].

    Raises
    ------
    CodecError
        If the file is damaged, or was written with another bundle.
    """
    images: FloatArray = bundle.model.decode(read_codes(unpack(data, name), bundle))
    return images


def _weights(bundle: Bundle) -> str:
    """Return the checksum of the weights, which was verified as they were read."""
    return str(bundle.config["files"][MODEL_FILE]["sha256"])
