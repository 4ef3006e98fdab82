"""Compression of images to a ``.lat`` file with a bundle, and decompression."""

from __future__ import annotations

from latentcore.codec.entropy_coding import decode_symbols, encode_symbols, fingerprint, fit_tables
from latentcore.codec.lat_format import LatFile, pack, unpack
from latentcore.codec.quantisation import QuantisationGrid, step_shares, unit_step
from latentcore.exceptions import CodecError
from latentcore.models.checks import check_codes, check_images
from latentcore.store import Bundle
from latentcore.store.bundle import MODEL_FILE
from latentcore.types import FloatArray, ImageShape

DEFAULT_STEP = 0.5


def unit_grid(bundle: Bundle) -> QuantisationGrid:
    """Return the quantisation grid whose step equals the standard deviation of a typical dimension.

    Multiples of it have about the same meaning for every model.
    """
    codes = bundle.train.codes
    shares = step_shares(bundle.model.decode, codes)
    return QuantisationGrid(unit_step(codes, shares), shares)


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
        Pixels in [0, 1], at least one image, of the bundle's image shape.
    bundle : Bundle
    step : float
        Quantisation step in multiples of `unit_grid`, above 0; larger steps give smaller files.
    names : tuple of str or None
        One per image, stored in the file; see `latentcore.codec.image_names.attach_names`.

    Raises
    ------
    CodecError
        If images do not fit the bundle, the step is out of range, or the names cannot be stored.
    """
    try:
        check_images(images, expected=bundle.image_shape)
    except ValueError as error:
        raise CodecError(f"The images do not fit {bundle.spec.id}: {error}") from error
    return compress_codes(bundle.model.encode(images), bundle, unit_grid(bundle).scaled(step), names)


def compress_codes(
    codes: FloatArray, bundle: Bundle, grid: QuantisationGrid, names: tuple[str, ...] | None = None
) -> bytes:
    """Return codes as the bytes of a ``.lat`` file.

    Parameters
    ----------
    codes : float32 array, shape (n, latent_dim)
    bundle : Bundle
        Gives the frequency tables and decodes the file.
    grid : QuantisationGrid
    names : tuple of str or None
        See `compress`.

    Raises
    ------
    CodecError
        See `compress`.
    """
    return pack_codes(
        codes,
        bundle.train.codes,
        grid,
        model=bundle.spec.id,
        sha256=_weights_checksum(bundle),
        shape=bundle.image_shape,
        names=names,
    )


def pack_codes(
    codes: FloatArray,
    table_codes: FloatArray,
    grid: QuantisationGrid,
    *,
    model: str,
    sha256: str,
    shape: ImageShape,
    names: tuple[str, ...] | None = None,
) -> bytes:
    """Return codes as the bytes of a ``.lat`` file, with frequency tables from other codes.

    Parameters
    ----------
    codes : float32 array, shape (n, latent_dim)
        Codes to compress.
    table_codes : float32 array, shape (m, latent_dim)
        Typical codes that the frequency tables are built from; the reader needs the same.
    grid : QuantisationGrid
    model, sha256, shape, names
        Fields of the header; see `LatFile`.
    """
    tables = fit_tables(grid.quantise(table_codes))
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
    """Return the quantised codes of a file, float32 ``(n, latent_dim)``, exactly as they were written.

    Raises
    ------
    CodecError
        If the file was written with another bundle, or its codes are damaged.
    """
    if content.model != bundle.spec.id or content.sha256 != _weights_checksum(bundle):
        raise CodecError(
            f"The file was made with another {content.model} than the installed one: the weights differ. "
            "Install the bundle that it was made with."
        )
    if content.shape != bundle.image_shape or len(content.shares) != bundle.spec.latent_dim:
        raise CodecError(f"The file's sizes are not those of {bundle.spec.id}. Compress the images again.")
    grid = QuantisationGrid(content.step, content.shares)
    tables = fit_tables(grid.quantise(bundle.train.codes))
    if fingerprint(tables) != content.tables:
        raise CodecError(
            f"The file was made with other train codes of {content.model} than the installed ones. "
            "Install the bundle that it was made with."
        )
    codes = grid.dequantise(decode_symbols(content.payload, tables, content.n))
    try:
        check_codes(codes, bundle.spec.latent_dim)
    except ValueError as error:
        raise CodecError(f"The file holds codes that cannot be decoded: {error}") from error
    return codes


def decompress(data: bytes, bundle: Bundle, *, name: str = "The file") -> FloatArray:
    """Return the images of a ``.lat`` file.

    Parameters
    ----------
    data : bytes
        Content of the file.
    bundle : Bundle
        The one that the file was made with.
    name : str
        Name of the file in messages.

    Returns
    -------
    float32 array, shape (n, channels, height, width)
        Pixels in [0, 1].

    Raises
    ------
    CodecError
        If the file is damaged, or was written with another bundle.
    """
    images: FloatArray = bundle.model.decode(read_codes(unpack(data, name), bundle))
    return images


def _weights_checksum(bundle: Bundle) -> str:
    """Return the checksum of the bundle's weights, which was verified when they were read."""
    return str(bundle.config["files"][MODEL_FILE]["sha256"])
