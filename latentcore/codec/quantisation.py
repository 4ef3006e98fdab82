"""The grid that codes are rounded to."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from latentcore.codec.entropy_coding import SymbolArray
from latentcore.exceptions import CodecError
from latentcore.types import DoubleArray, FloatArray

SIXTEENTHS = 16
LARGEST_SHARE = 255
LARGEST_SYMBOL = 2**30
N_PROBED = 256
NUDGE = 0.2
"""How far a dimension is moved to see what its decodes make of it, in its standard deviations."""


@dataclass(frozen=True)
class Grid:
    """Steps that codes are rounded to.

    Attributes
    ----------
    step : float
        In units of the codes, above 0.
    shares : tuple of int
        Sixteenths of `step`, one a dimension, from 1 to 255.
    """

    step: float
    shares: tuple[int, ...]

    @property
    def steps(self) -> DoubleArray:
        """The step of each dimension, float64 ``(latent_dim,)``."""
        return self.step * np.array(self.shares, np.float64) / SIXTEENTHS

    def scaled(self, factor: float) -> Grid:
        """Return the grid whose steps are `factor` times as large.

        Raises
        ------
        CodecError
            If the factor is not a number above 0.
        """
        if not (math.isfinite(factor) and factor > 0 and self.step * factor > 0):
            raise CodecError(f"The step is {factor:g}; choose a number above 0, such as 0.5.")
        return Grid(self.step * factor, self.shares)

    def quantise(self, codes: FloatArray) -> SymbolArray:
        """Return codes ``(n, latent_dim)`` as whole numbers of steps, each the nearest.

        A division and a rounding of doubles: the same on every machine.

        Raises
        ------
        CodecError
            If a code is more than 2^30 steps from 0.
        """
        with np.errstate(over="ignore"):
            symbols = np.rint(codes.astype(np.float64) / self.steps)
        if not (np.abs(symbols) < LARGEST_SYMBOL).all():
            raise CodecError(
                f"The step {self.step:g} is too small for codes as large as {np.abs(codes).max():g}. "
                "Choose a larger step."
            )
        return symbols.astype(np.int32)

    def restore(self, symbols: SymbolArray) -> FloatArray:
        """Return whole numbers of steps as codes, float32 ``(n, latent_dim)``."""
        codes: FloatArray = (symbols * self.steps).astype(np.float32)
        return codes


def equal_shares(latent_dim: int) -> tuple[int, ...]:
    """Return the same step for every dimension: right where decoding is a rotation, as in PCA."""
    return (SIXTEENTHS,) * latent_dim


def shares_of(decode: Callable[[FloatArray], FloatArray], codes: FloatArray) -> tuple[int, ...]:
    """Return coarse steps for dimensions that images depend on little, fine ones for the others.

    A dimension's step is in inverse proportion to the root mean square change of a pixel per unit of
    the dimension, against the median over the dimensions: equal steps in the image, roughly, which at
    fine steps costs the fewest bits for an error (A. Gersho, "Asymptotically optimal block
    quantization", 1979).

    Parameters
    ----------
    decode : callable
        Codes ``(n, latent_dim)`` to images.
    codes : float32 array, shape (n, latent_dim)
        Typical ones; the first 256 are used.
    """
    probes = codes[:N_PROBED]
    before = decode(probes)
    effects = []
    for dimension in range(codes.shape[1]):
        moved = probes.copy()
        nudge = NUDGE * max(float(codes[:, dimension].std()), 1e-6)
        moved[:, dimension] += nudge
        effects.append(math.sqrt(float(np.square(decode(moved) - before).mean())) / nudge)
    effect = np.array(effects)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.nan_to_num(np.median(effect) / effect, nan=1.0, posinf=LARGEST_SHARE)
    return tuple(int(share) for share in np.clip(np.rint(SIXTEENTHS * ratio), 1, LARGEST_SHARE))


def unit_of(codes: FloatArray, shares: tuple[int, ...]) -> float:
    """Return the step that is as large as a dimension's spread, in the root mean square.

    Parameters
    ----------
    codes : float32 array, shape (n, latent_dim)
        Typical ones.
    shares : tuple of int
        See `Grid`; a dimension of a coarse step counts as little as it costs.

    Raises
    ------
    CodecError
        If the codes do not spread at all.
    """
    spread = codes.std(axis=0, dtype=np.float64) * SIXTEENTHS / np.array(shares)
    unit = math.sqrt(float(np.square(spread).mean()))
    if unit == 0:
        raise CodecError("The model's codes are all the same: there is nothing to compress with it.")
    return unit
