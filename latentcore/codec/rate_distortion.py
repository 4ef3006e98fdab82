"""Rate-distortion curves: size of real files and quality of their decompressed images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from safetensors import safe_open

from latentcore.codec.codec import compress_codes, read_codes
from latentcore.codec.entropy_coding import fit_tables, table_bytes
from latentcore.codec.lat_format import unpack
from latentcore.codec.quantisation import QuantisationGrid
from latentcore.metrics.reconstruction import bootstrap_interval, image_mse, psnr
from latentcore.store import Bundle
from latentcore.store.bundle import MODEL_FILE
from latentcore.types import FloatArray

CURVE_STEPS = (2.0, 1.5, 1.0, 0.7, 0.5, 0.35, 0.25, 0.125)
"""Quantisation steps of a curve, in multiples of `latentcore.codec.codec.unit_grid`."""

DECODER_ARRAYS = (("decoder.",), ("generator.",), ("mean", "components"))
"""Arrays that decoding needs, by prefix of their names; the first group that a model has counts."""


@dataclass(frozen=True, kw_only=True)
class RatePoint:
    """Rate and distortion at one setting.

    Attributes
    ----------
    n_bytes : int
        Size of the file, header and checksum included; of all files together if there are several.
    bits_per_pixel : float
    psnr : float
        Of the mean squared error over all images, in decibels.
    interval : (float, float)
        95% interval of the PSNR, bootstrap over images.
    decoder_bytes : int
        Size of the decoder, which a receiver needs once; 0 for standard formats.
    setting : dict
        Step, quality or number of components.
    """

    n_bytes: int
    bits_per_pixel: float
    psnr: float
    interval: tuple[float, float]
    decoder_bytes: int
    setting: dict[str, float]

    def to_json(self) -> dict[str, Any]:
        """Return the fields as JSON values, rounded."""
        return {
            **asdict(self),
            "bits_per_pixel": round(self.bits_per_pixel, 5),
            "psnr": round(self.psnr, 3),
            "interval": [round(end, 3) for end in self.interval],
        }


def rate_point(
    images: FloatArray,
    decoded: FloatArray,
    n_bytes: int,
    *,
    seed: int,
    decoder_bytes: int = 0,
    **setting: float,
) -> RatePoint:
    """Return the point of compressed images.

    Parameters
    ----------
    images, decoded : float32 array, shape (n, channels, height, width)
        Originals and decompressed images.
    n_bytes : int
        Total size of the files.
    seed : int
        Seed of the bootstrap.
    decoder_bytes : int
    **setting : float
        See `RatePoint`.
    """
    errors = image_mse(images, decoded)
    low, high = bootstrap_interval(errors, seed=seed)
    return RatePoint(
        n_bytes=n_bytes,
        bits_per_pixel=bits_per_pixel(n_bytes, images),
        psnr=psnr(float(errors.mean(dtype="float64"))),
        interval=(psnr(float(high)), psnr(float(low))),
        decoder_bytes=decoder_bytes,
        setting=setting,
    )


def bits_per_pixel(n_bytes: int, images: FloatArray) -> float:
    """Return the rate of images ``(n, channels, height, width)``; the channels share their pixel's bits."""
    return float(8 * n_bytes * images.shape[1] / images.size)


def model_points(
    bundle: Bundle,
    unit: QuantisationGrid,
    images: FloatArray,
    steps: Sequence[float] = CURVE_STEPS,
    *,
    seed: int,
) -> list[RatePoint]:
    """Return one point per step, from files that are written, read back and decoded.

    Parameters
    ----------
    bundle : Bundle
    unit : QuantisationGrid
        See `latentcore.codec.codec.unit_grid`.
    images : float32 array, shape (n, channels, height, width)
    steps : sequence of float
        In multiples of `unit`.
    seed : int
        Seed of the bootstrap.
    """
    codes = bundle.model.encode(images)
    points = []
    for step in steps:
        grid = unit.scaled(step)
        data = compress_codes(codes, bundle, grid)
        decoded = bundle.model.decode(read_codes(unpack(data, bundle.spec.id), bundle))
        size = decoder_bytes(bundle, grid)
        points.append(rate_point(images, decoded, len(data), seed=seed, decoder_bytes=size, step=step))
    return points


def decoder_bytes(bundle: Bundle, grid: QuantisationGrid) -> int:
    """Return the size in bytes of the stored arrays that decoding needs, and of the frequency tables."""
    with safe_open(bundle.spec.folder / MODEL_FILE, "np") as file:
        names = list(file.keys())
        needed = next((found for group in DECODER_ARRAYS if (found := _with_prefix(names, group))), names)
        stored = sum(int(file.get_tensor(name).nbytes) for name in needed)
    return stored + table_bytes(fit_tables(grid.quantise(bundle.train.codes)))


def _with_prefix(names: list[str], group: tuple[str, ...]) -> list[str]:
    return [name for name in names if name.startswith(group)]
