"""Operations that only some model families have: one protocol per capability, for ``isinstance``.

A family declares the capability in `LatentModel.capabilities` and has the protocol's members. The capability
is asked of a bundle without loading its model, the protocol of the model itself; see
`latentcore.types.Capability`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol, runtime_checkable

from latentcore.types import Capability, FloatArray

ACTIVE_VARIANCE = 0.01
"""A dimension is active if the variance of its posterior mean over images exceeds this.

References
----------
Y. Burda, R. Grosse and R. Salakhutdinov, "Importance weighted autoencoders", 2016, section 5.
"""


@runtime_checkable
class HasPosterior(Protocol):
    """A model with an approximate posterior q(z|x), a Gaussian with diagonal covariance."""

    def posterior(self, images: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return mean and standard deviation of q(z|x), each float32 ``(n, latent_dim)``."""


@runtime_checkable
class HasLikelihoodBound(Protocol):
    """A model with a lower bound on log p(x)."""

    def log_likelihood_bound(self, images: FloatArray, *, n_importance: int, seed: int) -> FloatArray:
        """Return a lower bound on log p(x) of each image, in nats, float32 ``(n,)``.

        Parameters
        ----------
        images : float32 array, shape (n, channels, height, width)
            Binary images, or grey ones, binarised here with p = pixel and `seed`.
        n_importance : int
            Samples from q(z|x) per image; 1 estimates the evidence lower bound.
        seed : int
        """


@runtime_checkable
class HasPrincipalComponents(Protocol):
    """A model whose dimensions are ordered by the share of variance that they explain."""

    @property
    def explained_variance_ratio_(self) -> FloatArray:
        """Share of the train images' variance on each component, float32 ``(latent_dim,)``."""


@runtime_checkable
class HasCodeRefinement(Protocol):
    """A model that refines codes of images by gradient descent on the error of their decodes."""

    def encode(self, images: FloatArray) -> FloatArray:
        """Return initial codes; see `latentcore.models.base.LatentModel.encode`."""

    def decode(self, codes: FloatArray) -> FloatArray:
        """Return images; see `latentcore.models.base.LatentModel.decode`."""

    def refine(
        self,
        images: FloatArray,
        codes: FloatArray,
        *,
        n_steps: int = ...,
        on_step: Callable[[int, float], None] | None = ...,
    ) -> FloatArray:
        """Return refined codes, float32 ``(n, latent_dim)``; see `latentcore.models.gan.GANModel.refine`."""


@runtime_checkable
class HasFlow(Protocol):
    """A model whose decoder carries points of the prior to codes of an autoencoder, step by step."""

    @property
    def solver_steps(self) -> int:
        """Number of solver steps that its `decode` takes."""

    def sample_codes(self, n: int, *, seed: int) -> FloatArray:
        """Return points of the prior; see `latentcore.models.base.LatentModel.sample_codes`."""

    def encode(self, images: FloatArray) -> FloatArray:
        """Return points of the prior; see `latentcore.models.base.LatentModel.encode`."""

    def decode(self, codes: FloatArray) -> FloatArray:
        """Return images; see `latentcore.models.base.LatentModel.decode`."""

    def flow_path(self, codes: FloatArray, n_steps: int) -> FloatArray:
        """Return codes at each step, float32 ``(n_steps + 1, n, latent_dim)``."""

    def codes_to_prior(self, codes: FloatArray, n_steps: int) -> FloatArray:
        """Return codes of the autoencoder carried back to the prior, float32 ``(n, latent_dim)``."""

    def decode_in_steps(self, codes: FloatArray, n_steps: int) -> FloatArray:
        """Return decodes with another number of steps; see `latentcore.models.flow.FlowModel`."""

    def decode_path(self, codes: FloatArray, n_steps: int) -> FloatArray:
        """Return images at each step, float32 ``(n_steps + 1, n, channels, height, width)``."""

    def autoencoder_codes(self, images: FloatArray) -> FloatArray:
        """Return standardised codes of images before the flow, float32 ``(n, latent_dim)``."""

    def decode_autoencoder_codes(self, codes: FloatArray) -> FloatArray:
        """Return decodes of such codes, without the flow."""

    def log_code_density(self, codes: FloatArray, n_steps: int = ...) -> FloatArray:
        """Return the log density of the codes that points of the prior are carried to, ``(n,)``, nats."""


@runtime_checkable
class HasClassifier(Protocol):
    """A model that classifies images."""

    def class_probabilities(self, images: FloatArray) -> FloatArray:
        """Return class probabilities, float32 ``(n, n_classes)``."""


@runtime_checkable
class HasAttention(Protocol):
    """A model whose encoder looks from each patch of an image at the others."""

    @property
    def patch_grid(self) -> tuple[int, int]:
        """Rows and columns of patches in an image."""

    @property
    def patch_side(self) -> int:
        """Side of a patch in pixels; the last row and column may reach beyond the image."""

    def attention(self, images: FloatArray) -> FloatArray:
        """Return weights, float32 ``(n, layers, heads, patches, patches)``; the last axis sums to 1."""


PROTOCOLS: Mapping[Capability, type] = {
    Capability.POSTERIOR: HasPosterior,
    Capability.LIKELIHOOD_BOUND: HasLikelihoodBound,
    Capability.PRINCIPAL_COMPONENTS: HasPrincipalComponents,
    Capability.CODE_REFINEMENT: HasCodeRefinement,
    Capability.FLOW: HasFlow,
    Capability.CLASSIFIER: HasClassifier,
    Capability.ATTENTION: HasAttention,
}
"""The protocol of each capability that has operations of its own."""
