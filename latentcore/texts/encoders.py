"""Encoders of texts by name: TF-IDF with SVD, the token vectors of wordllama, sentence Transformers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from latentcore.types import FloatArray

OnTexts = Callable[[int, int], None]
"""Receives the texts that are done, and all."""
BATCH_SIZE = 256
"""Texts between two reports of progress."""


class TextEncoder(Protocol):
    """Turns texts into vectors, which are compared by their cosine.

    Attributes
    ----------
    name : str
        Of its spaces, such as "wordllama".
    title : str
    recipe : mapping
        Library, version and settings, as JSON values.
    notes : sequence of str
        Sentences for cards.
    """

    name: str
    title: str
    recipe: Mapping[str, Any]
    notes: Sequence[str]

    def embed(self, texts: Sequence[str], on_texts: OnTexts | None = None) -> FloatArray:
        """Return vectors of texts, float32 ``(n, latent_dim)``."""


def load_encoder(name: str) -> TextEncoder:
    """Return the encoder of a name.

    Parameters
    ----------
    name : str
        "tfidf", "wordllama", a folder of a sentence Transformer, or the name of one on its hub.

    Raises
    ------
    SpaceError
        If its package is missing, or it cannot be loaded.
    """
    if name == "tfidf":
        from latentcore.texts.tfidf import TfidfEncoder  # noqa: PLC0415 - scikit-learn takes a second

        return TfidfEncoder()
    if name == "wordllama":
        from latentcore.texts.wordllama_encoder import WordLlamaEncoder  # noqa: PLC0415 - an extra

        return WordLlamaEncoder()
    from latentcore.texts.transformer import TransformerEncoder  # noqa: PLC0415 - an extra

    return TransformerEncoder(name)
