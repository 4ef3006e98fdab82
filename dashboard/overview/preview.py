"""Previews on the front door: eight test images, their reconstructions by each model, and eight samples."""

from __future__ import annotations

import numpy as np
import streamlit as st

from dashboard.data.catalogue import Bundle
from dashboard.data.images.grids import grid_uri
from dashboard.data.images.originals import original_images
from dashboard.data.sampling import SamplingSettings, sample_images

N_IMAGES = 8
DRAW = SamplingSettings(n=N_IMAGES, seed=0, temperature=1.0, truncation=None, density="gaussian")
WIDTH = 270


def preview_rows(bundle: Bundle) -> np.ndarray:
    """Return the rows of eight test images, one per group; groups repeat if there are fewer than eight."""
    _, first = np.unique(bundle.test_groups, return_index=True)
    return np.resize(first, N_IMAGES)


def originals_preview(bundle: Bundle) -> None:
    """Draw the eight test images, or a note if they are not on this machine."""
    images = original_images(bundle.spec.dataset, "test", bundle.test.indices[preview_rows(bundle)])
    if images is None:
        st.caption("The original images are not on this machine: below are reconstructions of eight of them.")
        return
    st.html(_row(grid_uri(images, N_IMAGES), "Eight test images", "Eight of the images", 2 * WIDTH))


def model_preview(bundle: Bundle) -> None:
    """Draw reconstructions of the eight test images and, if the model has a sampler, eight samples."""
    codes = bundle.test.codes[preview_rows(bundle)]
    html = _row(
        grid_uri(bundle.model.decode(codes), N_IMAGES),
        "Reconstructions of the eight images",
        "The eight images, reconstructed",
        WIDTH,
    )
    if bundle.has_sampler:
        samples = sample_images(bundle, DRAW)
        html += _row(grid_uri(samples.images, N_IMAGES), "Eight samples", "Eight samples, seed 0", WIDTH)
    st.html(html)


def _row(uri: str, alt: str, caption: str, width: int) -> str:
    return (
        f'<figure style="margin:0 0 8px 0"><img src="{uri}" alt="{alt}" '
        f'style="width:{width}px;max-width:100%;image-rendering:pixelated;border-radius:3px;display:block">'
        f'<figcaption style="font-size:0.8rem;opacity:0.75">{caption}</figcaption></figure>'
    )
