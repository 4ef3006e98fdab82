"""The family `transformer`: an autoencoder of patches with attention."""

from latentcore.models.transformer.model import TransformerModel

__all__ = ["TransformerModel"]
