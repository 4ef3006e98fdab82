"""Texts as vectors: encoders, and spaces of tables with texts."""

from latentcore.texts.embedding import EmbedOptions, embed_collection, embed_table
from latentcore.texts.encoders import TextEncoder, load_encoder

__all__ = ["EmbedOptions", "TextEncoder", "embed_collection", "embed_table", "load_encoder"]
