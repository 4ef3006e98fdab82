"""TF-IDF of the texts' letters, reduced by a truncated SVD: an encoder without a trained network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import sklearn
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer

from latentcore.exceptions import SpaceError
from latentcore.texts.encoders import OnTexts
from latentcore.types import FloatArray

MAX_DIM, MAX_FEATURES = 64, 50_000
NGRAMS = (2, 4)
SEED = 0


class TfidfEncoder:
    """Weights of letter n-grams within words, reduced to at most 64 dimensions.

    It is fitted to the texts themselves. N-grams of letters serve languages without blanks and with long
    compounds, too.
    """

    name = "tfidf"
    title = "TF-IDF + SVD"

    def __init__(self) -> None:
        self.recipe: Mapping[str, Any] = {
            "encoder": f"scikit-learn {sklearn.__version__}: TF-IDF of {NGRAMS[0]}- to {NGRAMS[1]}-grams of "
            f"letters within words, truncated SVD to at most {MAX_DIM} dimensions, seed {SEED}"
        }
        self.notes: Sequence[str] = ["The encoder was fitted to these texts themselves."]

    def embed(self, texts: Sequence[str], on_texts: OnTexts | None = None) -> FloatArray:
        """Fit to texts and return their vectors, float32 ``(n, latent_dim)``.

        Raises
        ------
        SpaceError
            If all texts are the same.
        """
        if len(set(texts)) < 2:  # noqa: PLR2004
            raise SpaceError("TF-IDF needs different texts, and there is only one.")
        weights = TfidfVectorizer(
            analyzer="char_wb", ngram_range=NGRAMS, max_features=MAX_FEATURES, sublinear_tf=True
        ).fit_transform(texts)
        if on_texts is not None:
            on_texts(len(texts) // 2, len(texts))
        n_components = max(1, min(MAX_DIM, min(weights.shape) - 1))
        vectors = TruncatedSVD(n_components, random_state=SEED).fit_transform(weights)
        if on_texts is not None:
            on_texts(len(texts), len(texts))
        return np.asarray(vectors, np.float32)
