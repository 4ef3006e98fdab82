"""Features of a convolutional classifier, with a decoder trained by inversion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from latentcore.large_arrays import ImageRows
from latentcore.models.checks import check_images
from latentcore.models.cnn.training import CNNNetwork, CNNSettings, train_classifier, train_decoder
from latentcore.models.density import Gaussian
from latentcore.models.networks import TorchModel, apply_in_chunks, freeze
from latentcore.training import OnEvent, seeded
from latentcore.types import Capability, FloatArray, ImageShape, LabelArray, TrainImages

MIN_CLASSES, MAX_CLASSES = 2, 1000


class CNNModel(TorchModel[CNNNetwork]):
    """Convolutional classifier whose last hidden layer is the code: what tells the classes apart.

    The classifier is trained first, on the cross-entropy of its class probabilities (mean over the batch,
    nats), so that its codes have seen the labels. It has no decoder of its own: a network is trained
    afterwards, with the classifier frozen, on the mean over batch and pixels of (image - decoded image)^2.
    It can only show what the codes still hold: handwriting is gone, the class stays. Samples come from a
    Gaussian fitted to the training codes.

    References
    ----------
    Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, "Gradient-based learning applied to document
    recognition", 1998.
    A. Dosovitskiy and T. Brox, "Inverting visual representations with convolutional networks", 2016.
    """

    family = "cnn"
    title = "CNN"
    capabilities = frozenset(
        {
            Capability.NATIVE_ENCODER,
            Capability.APPROXIMATE_DECODER,
            Capability.FITTED_DENSITY,
            Capability.SUPERVISED,
            Capability.CLASSIFIER,
        }
    )
    sampling = "a Gaussian fitted to the training codes"
    approximation = "inversion network, trained with the classifier frozen"
    settings_type = CNNSettings
    settings: CNNSettings

    @classmethod
    def make_network(
        cls, settings: CNNSettings, image_shape: ImageShape, n_classes: int = MIN_CLASSES
    ) -> CNNNetwork:
        """Return the untrained networks."""
        return CNNNetwork(settings, image_shape, n_classes)

    @classmethod
    def network_of(cls, config: Mapping[str, Any]) -> CNNNetwork:
        """Return the untrained networks that `config` describes."""
        channels, height, width = config["image_shape"]
        n_classes = config.get("n_classes", MIN_CLASSES)
        if type(n_classes) is not int or not MIN_CLASSES <= n_classes <= MAX_CLASSES:
            raise ValueError(
                f"n_classes is {str(n_classes)[:60]}; expected {MIN_CLASSES} to {MAX_CLASSES:,}."
            )
        return cls.make_network(cls.from_config(config).settings, (channels, height, width), n_classes)

    def config(self) -> dict[str, Any]:
        """Return settings, image shape and number of classes; see `LatentModel.config`."""
        return {**super().config(), "n_classes": self.network_.head.out_features}

    def _latent_dim_limit(self, images: TrainImages, labels: LabelArray | None) -> tuple[int, str]:
        if labels is None:
            raise ValueError("A CNN is supervised: it needs images with labels.")
        if len(np.unique(labels)) < MIN_CLASSES or labels.max() >= MAX_CLASSES:
            raise ValueError(
                f"A CNN separates classes: it needs images of {MIN_CLASSES} to {MAX_CLASSES:,} classes."
            )
        return super()._latent_dim_limit(images, labels)

    def _fit(
        self,
        images: TrainImages,
        labels: LabelArray | None,
        *,
        seed: int,
        on_event: OnEvent | None,
    ) -> None:
        assert labels is not None  # noqa: S101 - checked with the limit of the dimensions
        image_shape = (images.shape[1], images.shape[2], images.shape[3])
        rows = ImageRows(images)
        with seeded(seed):
            network = self.make_network(self.settings, image_shape, int(labels.max()) + 1)
            train_classifier(network, rows, image_shape, self.settings, on_event, labels=labels)
            train_decoder(network, rows, image_shape, self.settings, on_event)
        freeze(network)
        network.fit_density(rows)
        self.network_ = network

    def _restore(self, image_shape: ImageShape, arrays: Mapping[str, FloatArray]) -> None:
        network = self.make_network(self.settings, image_shape, len(arrays["head.bias"]))
        network.load_state_dict({name: torch.from_numpy(array.copy()) for name, array in arrays.items()})
        self.network_ = freeze(network)

    def _sampling_density(self) -> Gaussian:
        return self.network_.density

    def class_probabilities(self, images: FloatArray) -> FloatArray:
        """Return the class probabilities of images, float32 ``(n, n_classes)``; rows sum to 1.

        Raises
        ------
        ValueError
            If the images have another shape than those fitted on, are not finite, or the array is empty.
        """
        self._check_fitted()
        check_images(images, expected=self.image_shape_)
        found: FloatArray = apply_in_chunks(self.network_.probabilities, images.reshape(len(images), -1))
        return found
