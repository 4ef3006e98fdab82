"""What a network makes of fixed images and codes while it is trained."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from latentcore.datasets import Dataset
from latentcore.exceptions import UnsupportedOperation
from latentcore.metrics.sampling import stratified_rows
from latentcore.metrics.similarity import procrustes_align
from latentcore.models.networks import EncoderDecoder, preview_codes, preview_images
from latentcore.principal_components import principal_components
from latentcore.types import FloatArray

N_CODES, N_IMAGES, SEED = 500, 8, 0


@dataclass(frozen=True, kw_only=True)
class Preview:
    """A network at one moment of its training.

    Attributes
    ----------
    places : float32 array, shape (n_codes, 2), or None
        Codes of the fixed images on a plane: themselves, or their first two principal components. None
        while there is no encoder.
    reconstructions : uint8 array, shape (8, channels, height, width), or None
        Of the first of each class. None while there is no encoder or no decoder.
    samples : uint8 array of the same shape
        Decodes of the same eight codes each time, drawn from N(0, I); black while there is no decoder.
    """

    places: FloatArray | None
    reconstructions: np.ndarray | None
    samples: np.ndarray


class Previewer:
    """Makes previews of a network on the same images and codes each time.

    Parameters
    ----------
    held_out : Dataset
        Test images; 500 are taken, stratified by class, and eight of them are reconstructed.
    latent_dim : int

    Attributes
    ----------
    rows : int64 array, shape (n_codes,)
        Of the images in the held-out dataset.
    shown : Dataset
        Those images.
    image_rows : int64 array, shape (8,)
        Of the reconstructed images in `shown`.
    originals : uint8 array, shape (8, channels, height, width)
    """

    def __init__(self, held_out: Dataset, latent_dim: int) -> None:
        self.rows = stratified_rows(held_out.labels, N_CODES, seed=SEED)
        self.shown = held_out.take(self.rows)
        _, first = np.unique(self.shown.labels, return_index=True)
        order = np.concatenate([first, np.setdiff1d(np.arange(len(self.rows)), first)])
        self.image_rows = np.resize(order, N_IMAGES)
        images = self.shown.images[self.image_rows]
        self.originals = _pixels(images)
        self._images, self._shape = images, (images.shape[1], images.shape[2], images.shape[3])
        noise = np.random.default_rng(SEED).standard_normal((N_IMAGES, latent_dim))
        self._noise = noise.astype(np.float32)

    def preview(self, network: EncoderDecoder) -> Preview:
        """Return what the network makes of the fixed images and codes now; the network is left as it is."""
        places, own = self._codes(network)
        try:
            samples = _pixels(preview_images(network, self._noise, self._shape))
        except UnsupportedOperation:
            return Preview(places=places, reconstructions=None, samples=np.zeros_like(self.originals))
        made = None if own is None else _pixels(preview_images(network, own, self._shape))
        return Preview(places=places, reconstructions=made, samples=samples)

    def _codes(self, network: EncoderDecoder) -> tuple[FloatArray | None, FloatArray | None]:
        """Return the positions of all fixed images and the codes of the eight; None without an encoder."""
        try:
            return _on_a_plane(preview_codes(network, self.shown.images)), preview_codes(
                network, self._images
            )
        except UnsupportedOperation:
            return None, None


def turned(places: FloatArray, onto: FloatArray) -> FloatArray:
    """Return places ``(n, 2)`` turned or mirrored to fit others of the same images, in their own size."""
    aligned = procrustes_align(places, onto)
    own, other = places - places.mean(axis=0), aligned - aligned.mean(axis=0)
    scale = float(np.linalg.norm(own)) / max(float(np.linalg.norm(other)), 1e-9)
    return np.asarray(other * scale + places.mean(axis=0), np.float32)


def _on_a_plane(codes: FloatArray) -> FloatArray:
    if codes.shape[1] == 1:
        return np.hstack([codes, np.zeros_like(codes)])
    if codes.shape[1] == 2:  # noqa: PLR2004
        return codes
    mean, components, _ = principal_components(codes, 2)
    return ((codes - mean) @ components.T).astype(np.float32)


def _pixels(images: FloatArray) -> np.ndarray:
    return np.rint(images * 255).astype(np.uint8)
