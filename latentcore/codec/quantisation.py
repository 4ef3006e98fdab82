"""Quantisation of codes: the grid that they are rounded to, with one step per dimension."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from latentcore.codec.entropy_coding import SymbolArray
from latentcore.exceptions import CodecError
from latentcore.types import DoubleArray, FloatArray

SHARES_PER_STEP = 16
MAX_SHARE = 255
MAX_SYMBOL = 2**30
N_PROBE_CODES = 256
PROBE_SHIFT = 0.2
"""Shift of a dimension for measuring its effect on the decodes, in its standard deviations."""


@dataclass(frozen=True)
class QuantisationGrid:
    """A uniform quantisation grid with one step per dimension.

    Attributes
    ----------
    step : float
        In units of the codes, above 0.
    shares : tuple of int
        Step of each dimension in sixteenths of `step`, from 1 to 255.
    """

    step: float
    shares: tuple[int, ...]

    @property
    def steps(self) -> DoubleArray:
        """The step of each dimension, float64 ``(latent_dim,)``."""
        return self.step * np.array(self.shares, np.float64) / SHARES_PER_STEP

    def scaled(self, factor: float) -> QuantisationGrid:
        """Return the grid with all steps multiplied by `factor`.

        Raises
        ------
        CodecError
            If the factor is not a finite number above 0.
        """
        if not (math.isfinite(factor) and factor > 0 and self.step * factor > 0):
            raise CodecError(f"The step is {factor:g}; choose a number above 0, such as 0.5.")
        return QuantisationGrid(self.step * factor, self.shares)

    def quantise(self, codes: FloatArray) -> SymbolArray:
        """Round codes ``(n, latent_dim)`` to the nearest integer multiples of the steps.

        One division and one rounding of doubles: the result is the same on every machine.

        Raises
        ------
        CodecError
            If a code is more than 2^30 steps from 0.
        """
        with np.errstate(over="ignore"):
            symbols = np.rint(codes.astype(np.float64) / self.steps)
        if not (np.abs(symbols) < MAX_SYMBOL).all():
            raise CodecError(
                f"The step {self.step:g} is too small for codes as large as {np.abs(codes).max():g}. "
                "Choose a larger step."
            )
        return symbols.astype(np.int32)

    def dequantise(self, symbols: SymbolArray) -> FloatArray:
        """Return integer multiples of the steps as codes, float32 ``(n, latent_dim)``."""
        codes: FloatArray = (symbols * self.steps).astype(np.float32)
        return codes


def equal_shares(latent_dim: int) -> tuple[int, ...]:
    """Return equal steps for all dimensions: optimal if decoding is an isometry, as for PCA."""
    return (SHARES_PER_STEP,) * latent_dim


def step_shares(decode: Callable[[FloatArray], FloatArray], codes: FloatArray) -> tuple[int, ...]:
    """Return the relative step of each dimension, inversely proportional to its effect on the images.

    The effect is the root mean square change of a pixel per unit of the dimension, relative to the median
    over dimensions. The steps are then about equal in image space, which at fine steps needs the fewest bits
    for a given error (A. Gersho, "Asymptotically optimal block quantization", 1979).

    Parameters
    ----------
    decode : callable
        Codes ``(n, latent_dim)`` to images.
    codes : float32 array, shape (n, latent_dim)
        Typical codes, of which the first 256 are used.

    Returns
    -------
    tuple of int
        See `QuantisationGrid`.
    """
    probes = codes[:N_PROBE_CODES]
    before = decode(probes)
    effects = []
    for dimension in range(codes.shape[1]):
        moved = probes.copy()
        shift = PROBE_SHIFT * max(float(codes[:, dimension].std()), 1e-6)
        moved[:, dimension] += shift
        effects.append(math.sqrt(float(np.square(decode(moved) - before).mean())) / shift)
    effect = np.array(effects)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.nan_to_num(np.median(effect) / effect, nan=1.0, posinf=MAX_SHARE)
    return tuple(int(share) for share in np.clip(np.rint(SHARES_PER_STEP * ratio), 1, MAX_SHARE))


def unit_step(codes: FloatArray, shares: tuple[int, ...]) -> float:
    """Return the step that equals the root mean square of the dimensions' standard deviations.

    Parameters
    ----------
    codes : float32 array, shape (n, latent_dim)
        Typical codes.
    shares : tuple of int
        See `QuantisationGrid`; standard deviations are divided by them.

    Raises
    ------
    CodecError
        If all codes are equal.
    """
    spread = codes.std(axis=0, dtype=np.float64) * SHARES_PER_STEP / np.array(shares)
    unit = math.sqrt(float(np.square(spread).mean()))
    if unit == 0:
        raise CodecError("All codes of the model are equal: it cannot compress images.")
    return unit
