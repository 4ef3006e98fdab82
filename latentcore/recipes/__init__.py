"""The zoo: which bundles are shipped, and the settings and seeds that each bundle is trained with."""

from latentcore.recipes.checkpoints import checkpoint_folder, n_epochs_done, seed_checkpoint
from latentcore.recipes.recipe import ZOO, Recipe, make_recipe
from latentcore.recipes.time_budget import within_minutes

__all__ = [
    "ZOO",
    "Recipe",
    "checkpoint_folder",
    "make_recipe",
    "n_epochs_done",
    "seed_checkpoint",
    "within_minutes",
]
