"""Refining the code of a test image by gradient descent on the squared error of its decode."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dashboard.data.catalogue import Bundle
from latentcore.metrics.reconstruction import image_mse
from latentcore.models.capabilities import HasCodeRefinement
from latentcore.types import FloatArray

N_STEPS = 150
REPORT_EVERY = 10


@dataclass(frozen=True)
class Refined:
    """A refined code.

    Attributes
    ----------
    code : float32 array (latent_dim,)
    decode : float32 array (channels, height, width)
    before, after : float
        Mean squared error of the decode before and after refining.
    """

    code: FloatArray
    decode: FloatArray
    before: float
    after: float


def refinable_model(bundle: Bundle) -> HasCodeRefinement | None:
    """Return the bundle's model if its codes of real images can be refined, as a GAN's can."""
    return bundle.model if isinstance(bundle.model, HasCodeRefinement) else None


def refine(
    model: HasCodeRefinement, code: FloatArray, original: FloatArray, on_step: Callable[[int, float], None]
) -> Refined:
    """Refine the code of an image by gradient descent.

    Parameters
    ----------
    model : HasCodeRefinement
    code : float32 array, shape (latent_dim,)
        Where the descent starts, such as the code from the inversion network.
    original : float32 array, shape (channels, height, width)
        The image, in [0, 1].
    on_step : callable
        Called with step and mean squared error at every tenth step.
    """
    image, start = original[None], code[None]

    def report(step: int, error: float) -> None:
        if step % REPORT_EVERY == 0:
            on_step(step, error)

    codes = model.refine(image, start, n_steps=N_STEPS, on_step=report)
    decode = model.decode(codes)
    before = float(image_mse(image, model.decode(start))[0])
    return Refined(codes[0], decode[0], before, float(image_mse(image, decode)[0]))
