"""Autoencoder whose encoder and decoder are Transformers over the patches of an image."""

from __future__ import annotations

import torch

from latentcore.large_arrays import ImageRows
from latentcore.models.autoencoder import train_autoencoder
from latentcore.models.checks import check_images
from latentcore.models.density import Gaussian
from latentcore.models.networks import TorchModel, apply_in_chunks, freeze
from latentcore.models.transformer.network import TransformerNetwork, TransformerSettings
from latentcore.training import OnEvent, seeded
from latentcore.types import Capability, FloatArray, ImageShape, LabelArray, TrainImages

HIDDEN_VALUE = 0.5


class TransformerModel(TorchModel[TransformerNetwork]):
    """Autoencoder of patches: each patch is a token, and attention decides which others it looks at.

    A few pre-norm Transformer layers, a bottleneck of `latent_dim`, and as few layers back to the patches.
    The loss is the mean over batch and pixels of (image - reconstruction)^2, with a share of the patches
    hidden from the encoder if the settings say so. Samples come from a Gaussian fitted to the training
    codes. `attention` returns which patches each layer of the encoder looks at.

    References
    ----------
    A. Dosovitskiy et al., "An image is worth 16x16 words: Transformers for image recognition at scale", 2021.
    K. He et al., "Masked autoencoders are scalable vision learners", 2022.
    """

    family = "transformer"
    title = "Transformer"
    capabilities = frozenset(
        {
            Capability.NATIVE_ENCODER,
            Capability.NATIVE_DECODER,
            Capability.FITTED_DENSITY,
            Capability.ATTENTION,
        }
    )
    sampling = "a Gaussian fitted to the training codes"
    settings_type = TransformerSettings
    settings: TransformerSettings

    @classmethod
    def make_network(cls, settings: TransformerSettings, image_shape: ImageShape) -> TransformerNetwork:
        """Return the untrained network."""
        return TransformerNetwork(settings, image_shape)

    def _fit(
        self,
        images: TrainImages,
        labels: LabelArray | None,  # noqa: ARG002
        *,
        seed: int,
        on_event: OnEvent | None,
    ) -> None:
        image_shape = (images.shape[1], images.shape[2], images.shape[3])
        rows = ImageRows(images)
        with seeded(seed):
            network = self.make_network(self.settings, image_shape)

            def hide_patches(shown: torch.Tensor) -> torch.Tensor:
                """Set a random share of the patches of images (n, pixels) to a middle grey."""
                if self.settings.masked_share == 0:
                    return shown
                patches = network.patches(shown)
                is_hidden = torch.rand(*patches.shape[:2], 1) < self.settings.masked_share
                return network.patches.join(patches.masked_fill(is_hidden, HIDDEN_VALUE))

            train_autoencoder(network, rows, image_shape, self.settings, on_event, corrupt=hide_patches)
        freeze(network)
        network.fit_density(rows)
        self.network_ = network

    def _sampling_density(self) -> Gaussian:
        return self.network_.density

    @property
    def patch_grid(self) -> tuple[int, int]:
        """Rows and columns of patches in an image; see `latentcore.models.transformer.layers.Patches`."""
        self._check_fitted()
        return self.network_.patches.grid

    @property
    def patch_side(self) -> int:
        """Side of a patch in pixels."""
        return self.settings.patch

    def attention(self, images: FloatArray) -> FloatArray:
        """Return how much each patch looks at each other one, in each layer and head of the encoder.

        Parameters
        ----------
        images : float32 array, shape (n, channels, height, width)

        Returns
        -------
        float32 array, shape (n, layers, heads, patches, patches)
            Weights of the last axis sum to 1. Patches are in reading order; see `patch_grid`.

        Raises
        ------
        ValueError
            If the images have another shape than those fitted on, are not finite, or the array is empty.
        """
        self._check_fitted()
        check_images(images, expected=self.image_shape_)
        weights: FloatArray = apply_in_chunks(self.network_.attention, images.reshape(len(images), -1))
        return weights
