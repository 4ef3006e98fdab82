"""Denoising page: corrupt one image, denoise it with every chosen model and with classical filters."""

from __future__ import annotations

from dashboard.apply.denoising.section import NAMES, denoising
from dashboard.ui.frame import models_page

PREFERRED = ("pca", "ae", "dae", "vae", "gan")  # families that are chosen by default


def page() -> None:
    """Draw the page."""
    models_page(
        lambda _, bundles: denoising(bundles),
        NAMES,
        PREFERRED,
        needs="Denoising needs a model that encodes and decodes images",
    )


page()
