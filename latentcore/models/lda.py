"""Linear discriminant analysis (scikit-learn)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from latentcore.large_arrays import as_floats
from latentcore.models.base import LatentModel
from latentcore.models.settings import Settings
from latentcore.training import OnEvent
from latentcore.types import Capability, FloatArray, ImageShape, LabelArray, TrainImages


@dataclass(frozen=True, kw_only=True)
class LDASettings(Settings):
    """Settings of `LDAModel`: only the number of discriminants, below the number of classes."""


class LDAModel(LatentModel):
    """Linear projection that best separates the labelled classes.

    LDA is supervised: its codes have seen the labels. It has no decoder of its own; `decode` is a
    least-squares map from training codes back to pixels, clipped to [0, 1], and models no density,
    so it does not sample.

    References
    ----------
    R. A. Fisher, "The use of multiple measurements in taxonomic problems", 1936.
    """

    family = "lda"
    title = "LDA"
    capabilities = frozenset(
        {Capability.NATIVE_ENCODER, Capability.APPROXIMATE_DECODER, Capability.SUPERVISED}
    )
    sampling = "none: LDA models no density"
    approximation = "least-squares map back"
    settings_type = LDASettings

    mean_: FloatArray
    scalings_: FloatArray
    decoder_intercept_: FloatArray
    decoder_weights_: FloatArray

    @property
    def n_parameters(self) -> int:
        """Number of values of the projection and of the least-squares map back."""
        return int(sum(array.size for array in self.state().values()))

    def _fit(
        self,
        images: TrainImages,
        labels: LabelArray | None,
        *,
        seed: int,  # noqa: ARG002
        on_event: OnEvent | None,  # noqa: ARG002
    ) -> None:
        from sklearn.discriminant_analysis import LinearDiscriminantAnalysis  # noqa: PLC0415

        rows = as_floats(images).reshape(len(images), -1).astype(np.float64)
        fitted = LinearDiscriminantAnalysis(n_components=self.latent_dim, solver="svd").fit(rows, labels)
        scalings = fitted.scalings_[:, : self.latent_dim]
        codes = (rows - fitted.xbar_) @ scalings
        design = np.hstack([np.ones((len(codes), 1)), codes])
        solution, *_ = np.linalg.lstsq(design, rows, rcond=None)
        self.mean_ = fitted.xbar_.astype(np.float32)
        self.scalings_ = scalings.astype(np.float32)
        self.decoder_intercept_ = solution[0].astype(np.float32)
        self.decoder_weights_ = solution[1:].astype(np.float32)

    def _encode(self, images: FloatArray) -> FloatArray:
        codes = (images.reshape(len(images), -1) - self.mean_) @ self.scalings_
        return codes.astype(np.float32, copy=False)

    def _decode(self, codes: FloatArray) -> FloatArray:
        rows = codes @ self.decoder_weights_ + self.decoder_intercept_
        images: FloatArray = np.clip(rows, 0, 1).astype(np.float32, copy=False)
        return images.reshape(-1, *self.image_shape_)

    def _latent_dim_limit(self, images: TrainImages, labels: LabelArray | None) -> tuple[int, str]:  # noqa: ARG002
        if labels is None:
            raise ValueError("LDA is supervised: it needs images with labels.")
        n_classes = len(np.unique(labels))
        return n_classes - 1, f"there are {n_classes} classes, and one fewer discriminants"

    def state(self) -> dict[str, FloatArray]:
        """Return the projection and the least-squares map back."""
        return {
            "mean": self.mean_,
            "scalings": self.scalings_,
            "decoder.intercept": self.decoder_intercept_,
            "decoder.weights": self.decoder_weights_,
        }

    @classmethod
    def expected_arrays(cls, config: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
        """Return the shapes that follow from `latent_dim` and the image shape."""
        k, n_pixels = config["settings"]["latent_dim"], int(np.prod(config["image_shape"]))
        return {
            "mean": (n_pixels,),
            "scalings": (n_pixels, k),
            "decoder.intercept": (n_pixels,),
            "decoder.weights": (k, n_pixels),
        }

    def _restore(self, image_shape: ImageShape, arrays: Mapping[str, FloatArray]) -> None:  # noqa: ARG002
        self.mean_ = arrays["mean"]
        self.scalings_ = arrays["scalings"]
        self.decoder_intercept_ = arrays["decoder.intercept"]
        self.decoder_weights_ = arrays["decoder.weights"]
