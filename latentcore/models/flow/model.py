"""Latent flow matching: an autoencoder whose codes are joined to a prior by a learned velocity field."""

from __future__ import annotations

import math

import numpy as np
import torch

from latentcore.large_arrays import ImageRows
from latentcore.models.checks import check_codes, check_images
from latentcore.models.density import Gaussian
from latentcore.models.flow.training import FlowNetwork, FlowSettings, train_flow
from latentcore.models.flow.velocity import integrate, log_volume_change
from latentcore.models.networks import CHUNK_SIZE, TorchModel, apply_in_chunks, freeze
from latentcore.training import OnEvent, seeded
from latentcore.types import Capability, FloatArray, ImageShape, LabelArray, TrainImages

MAX_SOLVER_STEPS, DENSITY_STEPS = 100, 10


class FlowModel(TorchModel[FlowNetwork]):
    """Autoencoder, and a flow that carries the prior N(0, I) to its codes: the small sibling of diffusion.

    The autoencoder is trained first, on the mean squared error of its reconstructions. Then, with its
    weights frozen, a velocity field v(z, t) is trained on straight paths between a prior sample e and a
    standardised code c, z = (1 - t) e + t c: the loss is the mean over batch and dimensions of
    (v(z, t) - (c - e))^2. A code of the model is a point of the prior. `decode` integrates dz/dt = v(z, t)
    from time 0 to 1 by Heun's method and decodes the result, `encode` integrates back from an image's code.

    References
    ----------
    Y. Lipman et al., "Flow matching for generative modeling", 2023, equation (14).
    R. Rombach et al., "High-resolution image synthesis with latent diffusion models", 2022.
    """

    family = "flow"
    title = "Latent flow"
    capabilities = frozenset(
        {Capability.NATIVE_ENCODER, Capability.NATIVE_DECODER, Capability.PRIOR, Capability.FLOW}
    )
    sampling = "its prior, N(0, I)"
    settings_type = FlowSettings
    settings: FlowSettings

    @classmethod
    def make_network(cls, settings: FlowSettings, image_shape: ImageShape) -> FlowNetwork:
        """Return the untrained networks."""
        return FlowNetwork(settings, image_shape)

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
            train_flow(network, rows, image_shape, self.settings, on_event)
        self.network_ = freeze(network)

    def _sampling_density(self) -> Gaussian:
        return Gaussian.standard(self.latent_dim)

    @property
    def solver_steps(self) -> int:
        """Number of steps that `encode` and `decode` take."""
        return self.settings.solver_steps

    def decode_in_steps(self, codes: FloatArray, n_steps: int) -> FloatArray:
        """Decode with another number of solver steps than `solver_steps`.

        Parameters
        ----------
        codes : float32 array, shape (n, latent_dim)
        n_steps : int
            From 1 to 100.

        Returns
        -------
        float32 array, shape (n, channels, height, width)

        Raises
        ------
        ValueError
            If the codes are not as `decode` takes them, or `n_steps` is out of range.
        """
        return self._images(self.flow_path(codes, n_steps)[-1])

    def flow_path(self, codes: FloatArray, n_steps: int) -> FloatArray:
        """Return what codes become on their way from the prior to the autoencoder's codes.

        Parameters
        ----------
        codes : float32 array, shape (n, latent_dim)
            Points of the prior.
        n_steps : int
            Solver steps, from 1 to 100.

        Returns
        -------
        float32 array, shape (n_steps + 1, n, latent_dim)
            `codes` themselves first; standardised codes of the autoencoder last.

        Raises
        ------
        ValueError
            If the codes are not as `decode` takes them, or `n_steps` is out of range.
        """
        self._check_fitted()
        check_codes(codes, self.latent_dim)
        return self._integrate(codes, n_steps)

    def decode_path(self, codes: FloatArray, n_steps: int) -> FloatArray:
        """Return images of codes at each solver step: from noise to image.

        Parameters and errors are those of `flow_path`.

        Returns
        -------
        float32 array, shape (n_steps + 1, n, channels, height, width)
            The autoencoder's decodes of `flow_path`; the last are those of `decode_in_steps`.
        """
        path = self.flow_path(codes, n_steps)
        return self._images(path.reshape(-1, self.latent_dim)).reshape(*path.shape[:2], *self.image_shape_)

    def autoencoder_codes(self, images: FloatArray) -> FloatArray:
        """Return standardised codes of images before they are carried to the prior, ``(n, latent_dim)``."""
        self._check_fitted()
        check_images(images, expected=self.image_shape_)
        rows = images.reshape(len(images), -1)
        codes: FloatArray = apply_in_chunks(self.network_.autoencoder_codes, rows)
        return codes

    def decode_autoencoder_codes(self, codes: FloatArray) -> FloatArray:
        """Decode standardised codes of the autoencoder ``(n, latent_dim)``, without the flow."""
        self._check_fitted()
        check_codes(codes, self.latent_dim)
        return self._images(codes)

    def codes_to_prior(self, codes: FloatArray, n_steps: int) -> FloatArray:
        """Carry standardised codes of the autoencoder ``(n, latent_dim)`` back to the prior."""
        self._check_fitted()
        check_codes(codes, self.latent_dim)
        carried: FloatArray = self._integrate(codes, n_steps, backward=True)[-1]
        return carried

    def log_code_density(self, codes: FloatArray, n_steps: int = DENSITY_STEPS) -> FloatArray:
        """Return the log density of the autoencoder's codes that points of the prior are carried to.

        Parameters
        ----------
        codes : float32 array, shape (n, latent_dim)
            Points of the prior, such as `encode` returns.
        n_steps : int
            Solver steps, from 1 to 100.

        Returns
        -------
        float32 array, shape (n,)
            In nats, of the autoencoder's standardised codes: log N(code; 0, I) minus
            `latentcore.models.flow.velocity.log_volume_change`.

        Raises
        ------
        ValueError
            If the codes are not as `decode` takes them, or `n_steps` is out of range.
        """
        self._check_fitted()
        check_codes(codes, self.latent_dim)
        _check_steps(n_steps)
        parts = []
        for start in range(0, len(codes), CHUNK_SIZE):
            part = torch.from_numpy(np.ascontiguousarray(codes[start : start + CHUNK_SIZE]))
            parts.append(log_volume_change(self.network_.velocity, part, n_steps=n_steps).numpy())
        of_prior = -0.5 * ((codes**2).sum(axis=1) + self.latent_dim * math.log(2 * math.pi))
        return np.asarray(of_prior - np.concatenate(parts), np.float32)

    def _integrate(self, codes: FloatArray, n_steps: int, *, backward: bool = False) -> FloatArray:
        _check_steps(n_steps)
        field = self.network_.velocity
        moved: FloatArray = apply_in_chunks(
            lambda rows: torch.stack(integrate(field, rows, n_steps=n_steps, backward=backward), dim=1), codes
        )
        path: FloatArray = np.ascontiguousarray(moved.swapaxes(0, 1))
        return path

    def _images(self, codes: FloatArray) -> FloatArray:
        images: FloatArray = apply_in_chunks(self.network_.decode_autoencoder_codes, codes)
        return images.reshape(-1, *self.image_shape_)


def _check_steps(n_steps: int) -> None:
    if not 1 <= n_steps <= MAX_SOLVER_STEPS:
        raise ValueError(f"n_steps is {n_steps}; expected 1 to {MAX_SOLVER_STEPS}.")
