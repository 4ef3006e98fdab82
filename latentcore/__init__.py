"""Latent spaces of generative models: datasets, model families, planes, scores and bundles on disk."""

from latentcore.datasets import DATASETS, load_dataset
from latentcore.models import MODELS
from latentcore.spaces import list_spaces, load_space
from latentcore.store import list_bundles, load_bundle

__all__ = [
    "DATASETS",
    "MODELS",
    "list_bundles",
    "list_spaces",
    "load_bundle",
    "load_dataset",
    "load_space",
]
