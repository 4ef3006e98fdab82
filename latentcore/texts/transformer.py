"""Sentence Transformers, from a folder or their hub."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from latentcore.datasets.torchvision_import import torchvision_datasets
from latentcore.exceptions import SpaceError
from latentcore.spaces.adding.new_codes import space_names
from latentcore.texts.encoders import BATCH_SIZE, OnTexts
from latentcore.types import FloatArray

MISSING = (
    "An encoder from a folder or the hub needs the package sentence-transformers, which is not installed "
    "here: pip install 'latent-atlas[transformers]'. Without it there are the encoders tfidf and wordllama."
)

HUB = "The hub may be out of reach, or know no such name."
LOAD_ERRORS = (OSError, ValueError, KeyError, TypeError, RuntimeError, ImportError)


class TransformerEncoder:
    """A network in the format of sentence-transformers; code of its own and pickled weights are refused.

    Parameters
    ----------
    name : str
        Folder, or name on the hub, such as "sentence-transformers/all-MiniLM-L6-v2".

    Raises
    ------
    SpaceError
        If the package is missing, or the encoder cannot be loaded.
    """

    def __init__(self, name: str) -> None:
        folder = Path(name)
        if folder.exists() and not (folder / "modules.json").is_file():
            raise SpaceError(f"{name} is no folder of a sentence Transformer: there is no modules.json.")
        if not folder.exists() and (name.startswith((".", "/", "~")) or name.count("/") > 1):
            raise SpaceError(f"There is no folder {name}.")
        self._model = _load(name, local=folder.exists())
        self.title = folder.resolve().name if folder.exists() else name.rpartition("/")[2]
        (self.name,) = space_names([self.title])
        self.recipe: Mapping[str, Any] = {
            "encoder": f"{self.title} by sentence-transformers {version('sentence-transformers')}, at most "
            f"{self._model.max_seq_length} tokens per text"
        }
        self.notes: Sequence[str] = ()

    def embed(self, texts: Sequence[str], on_texts: OnTexts | None = None) -> FloatArray:
        """Return vectors of texts, float32 ``(n, latent_dim)``."""
        # Texts of similar length are padded least together.
        order = np.argsort([len(text) for text in texts], kind="stable")
        parts = []
        for start in range(0, len(texts), BATCH_SIZE):
            chosen = [texts[k] for k in order[start : start + BATCH_SIZE]]
            parts.append(self._model.encode(chosen, convert_to_numpy=True, show_progress_bar=False))
            if on_texts is not None:
                on_texts(min(start + BATCH_SIZE, len(texts)), len(texts))
        found = np.concatenate(parts).astype(np.float32)
        vectors = np.empty_like(found)
        vectors[order] = found
        return vectors


def _load(name: str, *, local: bool) -> Any:  # noqa: ANN401 - the package is an extra
    torchvision_datasets()  # the package imports torchvision
    try:
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - an extra
        from transformers.utils import logging as progress  # noqa: PLC0415
    except ImportError as error:
        raise SpaceError(MISSING) from error
    progress.disable_progress_bar()
    for chatty in ("huggingface_hub", "sentence_transformers"):
        logging.getLogger(chatty).setLevel(logging.ERROR)  # messages say what failed
    try:
        return SentenceTransformer(
            name, device="cpu", local_files_only=local, model_kwargs={"use_safetensors": True}
        ).eval()
    except LOAD_ERRORS as error:
        hint = "" if local else f" There is no folder of this name either. {HUB}"
        first = str(error).strip().splitlines()
        raise SpaceError(
            f"The encoder {name} cannot be loaded: {(first or [type(error).__name__])[0][:200]}{hint}"
        ) from error
