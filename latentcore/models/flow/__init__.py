"""The family `flow`: latent flow matching."""

from latentcore.models.flow.model import FlowModel

__all__ = ["FlowModel"]
