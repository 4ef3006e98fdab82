"""Attention of a Transformer's encoder for one test image: which patches each layer looks at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from dashboard.data.catalogue import BY_CONTENT, Bundle
from dashboard.data.images.stand_ins import shown_test_image, stand_in_bundle
from dashboard.server.concurrency import limited
from latentcore.exceptions import UnsupportedOperation
from latentcore.models.capabilities import HasAttention
from latentcore.types import FloatArray

__all__ = ["AttentionMaps", "FloatArray", "attention_maps", "has_attention"]

DIMMED = 0.45
"""Brightness of the image under the attention."""
_COLOUR = np.array([232, 119, 34], np.float32) / 255


@dataclass(frozen=True)
class AttentionMaps:
    """Attention of one image.

    Attributes
    ----------
    image : float32 array (channels, height, width)
    made_by : str or None
        Id of the bundle whose decode stands in for the image; None for the original.
    weights : float32 array (layers, heads, patches, patches)
        The last axis sums to 1: how much the patch of the axis before looks at each one.
    grid : (int, int)
        Rows and columns of patches, which are in reading order.
    side : int
        Of a patch in pixels; the last row and column may reach beyond the image.
    """

    image: FloatArray
    made_by: str | None
    weights: FloatArray
    grid: tuple[int, int]
    side: int

    def shares(self, patch: int | None) -> FloatArray:
        """Return how much each patch is looked at, (layers, heads, patches): from a patch, or on average."""
        if patch is None:
            mean: FloatArray = self.weights.mean(axis=2)
            return mean
        own: FloatArray = self.weights[:, :, patch]
        return own

    def overlay(self, shares: FloatArray) -> FloatArray:
        """Return the image, dimmed, under the shares ``(patches,)`` in orange: the largest is opaque."""
        strength = (shares / max(float(shares.max()), 1e-9)).reshape(self.grid)
        _, height, width = self.image.shape
        large = strength.repeat(self.side, axis=0).repeat(self.side, axis=1)[:height, :width]
        grey = DIMMED * self.image.mean(axis=0)
        mixed = grey + 0.85 * large * (_COLOUR[:, None, None] - grey)
        overlay: FloatArray = mixed.astype(np.float32)
        return overlay

    def marked(self, patch: int | None) -> FloatArray:
        """Return the image in colour with one patch in orange, or as it is."""
        colour = np.broadcast_to(self.image, (3, *self.image.shape[1:])).copy()
        if patch is not None:
            row, column = divmod(patch, self.grid[1])
            rows = slice(row * self.side, (row + 1) * self.side)
            columns = slice(column * self.side, (column + 1) * self.side)
            colour[:, rows, columns] = 0.4 * colour[:, rows, columns] + 0.6 * _COLOUR[:, None, None]
        return colour


def has_attention(bundle: Bundle) -> bool:
    """Return whether the bundle's model has attention to look at."""
    return isinstance(bundle.model, HasAttention)


def attention_maps(bundle: Bundle, index: int) -> AttentionMaps:
    """Return the attention of a test image, or of what stands in for it.

    Raises
    ------
    UnsupportedOperation
        If the bundle's model has no attention.
    """
    return _attention_maps(bundle, index, stand_in_bundle(bundle.spec.dataset))


@st.cache_resource(max_entries=32, show_spinner=False, hash_funcs=BY_CONTENT)
@limited
def _attention_maps(
    bundle: Bundle,
    index: int,
    made_by: str | None,  # noqa: ARG001 - part of the cache key
) -> AttentionMaps:
    model = bundle.model
    if not isinstance(model, HasAttention):
        raise UnsupportedOperation(f"{bundle.spec.title} has no attention; choose a Transformer.")
    shown = shown_test_image(bundle.spec.dataset, index)
    weights = model.attention(shown.images)[0]
    return AttentionMaps(shown.images[0], shown.made_by, weights, model.patch_grid, model.patch_side)
