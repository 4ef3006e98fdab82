"""Principal component analysis, by the eigenvectors of the covariance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from latentcore.large_arrays import ImageRows
from latentcore.models.base import LatentModel
from latentcore.models.density import Gaussian
from latentcore.models.settings import Settings
from latentcore.principal_components import BLOCK_ROWS, principal_components
from latentcore.training import OnEvent
from latentcore.types import Capability, FloatArray, ImageShape, LabelArray, TrainImages


@dataclass(frozen=True, kw_only=True)
class PCASettings(Settings):
    """Settings of `PCAModel`: only the number of components."""


class PCAModel(LatentModel):
    """Linear projection on the directions of largest variance.

    A code is the coordinates of the centred image on the orthonormal components; decoding is the
    linear map back, clipped to [0, 1]. PCA has no prior: samples come from a Gaussian fitted to
    the training codes.

    References
    ----------
    K. Pearson, "On lines and planes of closest fit to systems of points in space", 1901.
    """

    family = "pca"
    title = "PCA"
    capabilities = frozenset(
        {
            Capability.NATIVE_ENCODER,
            Capability.NATIVE_DECODER,
            Capability.FITTED_DENSITY,
            Capability.PRINCIPAL_COMPONENTS,
        }
    )
    sampling = "a Gaussian fitted to the training codes"
    settings_type = PCASettings

    mean_: FloatArray
    components_: FloatArray
    explained_variance_ratio_: FloatArray
    density_: Gaussian

    @property
    def n_parameters(self) -> int:
        """Number of values of the mean image and the components."""
        return int(self.mean_.size + self.components_.size)

    def _fit(
        self,
        images: TrainImages,
        labels: LabelArray | None,  # noqa: ARG002
        *,
        seed: int,  # noqa: ARG002
        on_event: OnEvent | None,  # noqa: ARG002
    ) -> None:
        rows = ImageRows(images)
        mean, components, shares = principal_components(rows, self.latent_dim)
        self.mean_ = mean.astype(np.float32)
        self.components_ = components.astype(np.float32)
        self.explained_variance_ratio_ = shares.astype(np.float32)
        self.density_ = Gaussian.fit(self._codes(rows))

    def _encode(self, images: FloatArray) -> FloatArray:
        return self._codes(ImageRows(images))

    def _codes(self, rows: ImageRows) -> FloatArray:
        codes = np.empty((len(rows), self.latent_dim), np.float32)
        for start in range(0, len(rows), BLOCK_ROWS):
            part = slice(start, start + BLOCK_ROWS)
            codes[part] = (rows[part] - self.mean_) @ self.components_.T
        return codes

    def _decode(self, codes: FloatArray) -> FloatArray:
        rows = codes @ self.components_ + self.mean_
        images: FloatArray = np.clip(rows, 0, 1).astype(np.float32, copy=False)
        return images.reshape(-1, *self.image_shape_)

    def _latent_dim_limit(self, images: TrainImages, labels: LabelArray | None) -> tuple[int, str]:
        n_pixels, reason = super()._latent_dim_limit(images, labels)
        return (
            (n_pixels, reason)
            if n_pixels <= len(images)
            else (len(images), f"there are {len(images)} images")
        )

    def _sampling_density(self) -> Gaussian:
        return self.density_

    def untrained_copy(self, *, seed: int) -> Self:
        """Return a model with random orthonormal components; see `LatentModel.untrained_copy`."""
        self._check_fitted()
        noise = np.random.default_rng(seed).standard_normal(self.components_.shape[::-1])
        components = np.ascontiguousarray(np.linalg.qr(noise)[0].T, np.float32)
        return self.from_state(self.config(), self.state() | {"components": components})

    def state(self) -> dict[str, FloatArray]:
        """Return mean, components, explained variance ratios and the density of the codes."""
        return {
            "mean": self.mean_,
            "components": self.components_,
            "explained_variance_ratio": self.explained_variance_ratio_,
            "density.mean": self.density_.mean,
            "density.cholesky": self.density_.cholesky,
        }

    @classmethod
    def expected_arrays(cls, config: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
        """Return the shapes that follow from `latent_dim` and the image shape."""
        k, n_pixels = config["settings"]["latent_dim"], int(np.prod(config["image_shape"]))
        return {
            "mean": (n_pixels,),
            "components": (k, n_pixels),
            "explained_variance_ratio": (k,),
            "density.mean": (k,),
            "density.cholesky": (k, k),
        }

    def _restore(self, image_shape: ImageShape, arrays: Mapping[str, FloatArray]) -> None:  # noqa: ARG002
        self.mean_ = arrays["mean"]
        self.components_ = arrays["components"]
        self.explained_variance_ratio_ = arrays["explained_variance_ratio"]
        self.density_ = Gaussian(arrays["density.mean"], arrays["density.cholesky"])
