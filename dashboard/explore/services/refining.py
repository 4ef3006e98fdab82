"""Refining a GAN's code of a real image."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dashboard.data.catalogue import Bundle
from dashboard.data.places import Place
from latentcore.metrics.reconstruction import image_mse
from latentcore.models.gan import GANModel
from latentcore.types import FloatArray

N_STEPS = 150
REPORT_EVERY = 10


@dataclass(frozen=True)
class Refined:
    """A refined code ``(latent_dim,)``, its decode ``(c, h, w)``, and the MSE before and after."""

    code: FloatArray
    decode: FloatArray
    before: float
    after: float


def can_refine(bundle: Bundle) -> bool:
    """Return whether a bundle's model finds codes of real images by inversion."""
    return isinstance(bundle.model, GANModel)


def refine(bundle: Bundle, place: Place, on_step: Callable[[int, float], None]) -> Refined:
    """Refine the code of a real image; `on_step` hears every tenth step and its error."""
    model = bundle.model
    assert isinstance(model, GANModel)  # noqa: S101 - see can_refine
    assert place.original is not None  # noqa: S101 - the button needs an original
    image = place.original[None]

    def report(step: int, error: float) -> None:
        if step % REPORT_EVERY == 0:
            on_step(step, error)

    codes = model.refine(image, place.code[None], n_steps=N_STEPS, on_step=report)
    decode = model.decode(codes)
    before = float(image_mse(image, model.decode(place.code[None]))[0])
    return Refined(codes[0], decode[0], before, float(image_mse(image, decode)[0]))
