"""Images to a file of codes and back, with a bundle."""

from __future__ import annotations

from latentcore.codec.entropy_coding import decode_symbols, encode_symbols, fingerprint, fit_tables
from latentcore.codec.lat_format import LatFile, pack, unpack
from latentcore.codec.quantisation import Grid, shares_of, unit_of
from latentcore.exceptions import CodecError
from latentcore.models.base import check_codes, check_images
from latentcore.store import Bundle
from latentcore.store.bundle import MODEL_FILE
from latentcore.types import FloatArray, ImageShape

DEFAULT_STEP = 0.5


def unit_grid(bundle: Bundle) -> Grid:
    """Return the grid whose step is as large as the spread of a typical dimension.

    A multiple of it means about the same to every model.
    """
    codes = bundle.train.codes
    shares = shares_of(bundle.model.decode, codes)
    return Grid(unit_of(codes, shares), shares)


def compress(
    images: FloatArray,
    bundle: Bundle,
    *,
    step: float = DEFAULT_STEP,
    names: tuple[str, ...] | None = None,
) -> bytes:
    """Return images as the bytes of a ``.lat`` file.

    Parameters
    ----------
    images : float32 array, shape (n, channels, height, width)
        In [0, 1], at least one, of the bundle's shape.
    bundle : Bundle
    step : float
        In multiples of `unit_grid`, above 0; coarser is smaller.
    names : tuple of str or None
        One an image, to be kept in the file; see `latentcore.codec.image_names.named`.

    Raises
    ------
    CodecError
        If images do not fit the bundle, the step is out of range, or the names cannot be kept.
    """
    try:
        check_images(images, expected=bundle.image_shape)
    except ValueError as error:
        raise CodecError(f"The images do not fit {bundle.spec.id}: {error}") from error
    return compress_codes(bundle.model.encode(images), bundle, unit_grid(bundle).scaled(step), names)


def compress_codes(
    codes: FloatArray, bundle: Bundle, grid: Grid, names: tuple[str, ...] | None = None
) -> bytes:
    """Return codes ``(n, latent_dim)`` as the bytes of a ``.lat`` file; raises `CodecError`."""
    return pack_codes(
        codes,
        bundle.train.codes,
        grid,
        model=bundle.spec.id,
        sha256=_weights(bundle),
        shape=bundle.image_shape,
        names=names,
    )


def pack_codes(
    codes: FloatArray,
    typical: FloatArray,
    grid: Grid,
    *,
    model: str,
    sha256: str,
    shape: ImageShape,
    names: tuple[str, ...] | None = None,
) -> bytes:
    """Return codes ``(n, latent_dim)`` as the bytes of a ``.lat`` file, expecting what is `typical`.

    For what goes into the header see `LatFile`.
    """
    tables = fit_tables(grid.quantise(typical))
    content = LatFile(
        model=model,
        sha256=sha256,
        tables=fingerprint(tables),
        shape=shape,
        n=len(codes),
        step=grid.step,
        shares=grid.shares,
        payload=encode_symbols(grid.quantise(codes), tables),
        names=names,
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
