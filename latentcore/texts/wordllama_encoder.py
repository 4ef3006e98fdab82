"""The static token vectors of wordllama, whose weights lie inside its package."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from latentcore.exceptions import SpaceError
from latentcore.texts.encoders import BATCH_SIZE, OnTexts
from latentcore.types import FloatArray

MISSING = (
    "The encoder wordllama needs the package of that name, which is not installed here: "
    "pip install 'latent-atlas[text]'."
)


class WordLlamaEncoder:
    """Means of token vectors that were distilled from those of large language models; 256 dimensions.

    Raises
    ------
    SpaceError
        If the package is missing or incomplete.
    """

    name = "wordllama"
    title = "WordLlama"

    def __init__(self) -> None:
        try:
            import wordllama  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise SpaceError(MISSING) from error
        try:
            # The package looks for its own tokenizer only in the cache folder, and would download it.
            self._model = wordllama.WordLlama.load(
                cache_dir=Path(wordllama.__file__).parent, disable_download=True
            )
        except (OSError, ValueError) as error:
            raise SpaceError(f"The package wordllama is incomplete: {str(error)[:200]}") from error
        self.recipe: Mapping[str, Any] = {
            "encoder": f"wordllama {version('wordllama')} (MIT): mean of 256-D token vectors derived from "
            "large language models"
        }
        self.notes: Sequence[str] = ()

    def embed(self, texts: Sequence[str], on_texts: OnTexts | None = None) -> FloatArray:
        """Return vectors of texts, float32 ``(n, 256)``."""
        parts = []
        for start in range(0, len(texts), BATCH_SIZE):
            parts.append(self._model.embed(list(texts[start : start + BATCH_SIZE])))
            if on_texts is not None:
                on_texts(min(start + BATCH_SIZE, len(texts)), len(texts))
        return np.concatenate(parts).astype(np.float32)
