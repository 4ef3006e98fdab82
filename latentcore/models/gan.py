"""Generative adversarial network, with an encoder trained by inversion."""

from __future__ import annotations

from collections.abc import Callable

import torch

from latentcore.large_arrays import ImageRows
from latentcore.models.checks import check_codes, check_images
from latentcore.models.density import Gaussian
from latentcore.models.gan_training import GANNetwork, GANSettings, train_generator, train_inverter
from latentcore.models.networks import TorchModel, freeze
from latentcore.training import OnEvent, seeded
from latentcore.types import Capability, FloatArray, ImageShape, LabelArray, TrainImages

REFINE_BETAS = (0.9, 0.9)
"""Betas of Adam in `GANModel.refine`; a second beta of .999 is slower. On train images, the MSE of MNIST's
16-D GAN is .0067 after 150 steps, .0064 after 600, and .0071 after 150 with betas of .9 and .999."""


class GANModel(TorchModel[GANNetwork]):
    """Generator trained against a critic that is held by spectral normalisation or a gradient penalty.

    The prior is N(0, I). A GAN has no encoder: `encode` is an inversion network, trained after the
    generator and with it frozen, on 10 x MSE of decode(encode(x)) on real images + 0.02 x squared
    code error on generated ones + 0.001 x squared norm of the codes. `refine` improves single codes.

    References
    ----------
    I. Goodfellow et al., "Generative adversarial nets", 2014.
    `latentcore.models.critic.AdversarialLoss` names those of the losses.
    """

    family = "gan"
    title = "GAN"
    capabilities = frozenset(
        {
            Capability.INVERSION_ENCODER,
            Capability.NATIVE_DECODER,
            Capability.PRIOR,
            Capability.CODE_REFINEMENT,
        }
    )
    sampling = "its prior, N(0, I)"
    settings_type = GANSettings
    settings: GANSettings

    @classmethod
    def make_network(cls, settings: GANSettings, image_shape: ImageShape) -> GANNetwork:
        """Return the untrained networks."""
        return GANNetwork(settings, image_shape)

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
            train_generator(network, rows, image_shape, self.settings, on_event)
            train_inverter(network, rows, image_shape, self.settings, on_event)
        self.network_ = freeze(network)

    def _sampling_density(self) -> Gaussian:
        return Gaussian.standard(self.latent_dim)

    def refine(
        self,
        images: FloatArray,
        codes: FloatArray,
        *,
        n_steps: int = 150,
        learning_rate: float = 0.15,
        on_step: Callable[[int, float], None] | None = None,
    ) -> FloatArray:
        """Refine codes of images by gradient descent (Adam) on the squared error of their decodes.

        Parameters
        ----------
        images : float32 array, shape (n, channels, height, width)
        codes : float32 array, shape (n, latent_dim)
            Initial codes, such as ``encode(images)``.
        n_steps : int
        learning_rate : float
            Initial rate; annealed to zero along a half cosine.
        on_step : callable, optional
            Receives the number of steps done and the mean squared error before the last step.

        Returns
        -------
        float32 array, shape (n, latent_dim)

        Raises
        ------
        ValueError
            If shapes or values are not as described.
        """
        self._check_fitted()
        check_images(images, expected=self.image_shape_)
        check_codes(codes, self.latent_dim)
        if len(images) != len(codes):
            raise ValueError(f"There are {len(codes)} codes for {len(images)} images; expected one each.")
        rows = torch.from_numpy(images.reshape(len(images), -1))
        refined = torch.from_numpy(codes.copy()).requires_grad_()
        optimiser = torch.optim.Adam([refined], lr=learning_rate, betas=REFINE_BETAS)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, n_steps)
        for step in range(1, n_steps + 1):
            errors = ((self.network_.decode(refined) - rows) ** 2).mean(dim=1)
            optimiser.zero_grad()
            errors.sum().backward()
            optimiser.step()
            schedule.step()
            if on_step is not None:
                on_step(step, float(errors.detach().mean()))
        return refined.detach().numpy()
