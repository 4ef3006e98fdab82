"""The error on a held-out part of train, by which the settings of recipes are chosen."""

from __future__ import annotations

import numpy as np

from latentcore.datasets import load_dataset
from latentcore.metrics.reconstruction import image_mse
from latentcore.recipes.recipe import Recipe
from latentcore.recipes.time_budget import within_minutes
from latentcore.training import OnEvent


def holdout_mse(recipe: Recipe, fraction: float, *, on_event: OnEvent | None = None) -> float:
    """Return the reconstruction MSE on a held-out part of train, by which settings are chosen.

    Parameters
    ----------
    recipe : Recipe
    fraction : float
        Share of train that is held out.
    on_event : callable, optional
        Receives an `EpochEnd` after each epoch.
    """
    part, held = load_dataset(recipe.dataset, "train").holdout(fraction, seed=0)
    recipe = within_minutes(recipe, part)
    model = recipe.make_model().fit(part.images, part.known_labels, seed=recipe.seeds[0], on_event=on_event)
    return float(image_mse(held.images, model.reconstruct(held.images)).mean(dtype=np.float64))
