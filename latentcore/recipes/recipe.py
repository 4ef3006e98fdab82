"""How a bundle is trained: its settings and seeds, and which bundles are shipped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from latentcore.datasets import DATASETS, find_dataset
from latentcore.models import LatentModel, make_model
from latentcore.recipes.overrides import overrides_text
from latentcore.recipes.scaled import scaled_settings
from latentcore.recipes.shipped import shipped_settings
from latentcore.store.names import check_name, default_name
from latentcore.store.owners import public_id

HEADLINE_SEEDS = (0, 1, 2)
MAX_MINUTES = 7 * 24 * 60


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How one bundle is trained.

    Attributes
    ----------
    dataset, family : str
    latent_dim : int
    settings : mapping
        Settings that differ from the family's defaults.
    overrides : mapping
        Those of them that were chosen in place of the usual ones; the command names them.
    seeds : tuple of int
        If several, a model is trained with each on train without a validation part, and the one with the
        lowest reconstruction error on that part is kept.
    name : str, optional
        Name of the bundle; "<family>-d<latent_dim>" if empty. Variants of one family and dimension need one.
    minutes : float, optional
        About how long the training should take; the number of epochs then follows from a trial. See
        `latentcore.recipes.time_budget`.
    """

    dataset: str
    family: str
    latent_dim: int
    settings: Mapping[str, Any] = field(default_factory=dict)
    overrides: Mapping[str, Any] = field(default_factory=dict)
    seeds: tuple[int, ...] = (0,)
    name: str = ""
    minutes: float | None = None

    def __post_init__(self) -> None:
        if self.name:
            check_name(self.name)
        if self.minutes is not None and not 0 < self.minutes <= MAX_MINUTES:
            raise ValueError(f"minutes is {self.minutes}; expected more than 0 and at most {MAX_MINUTES:,}.")

    @property
    def bundle_name(self) -> str:
        """Name of the bundle that it makes."""
        return self.name or default_name(self.family, self.latent_dim)

    @property
    def id(self) -> str:
        """Id of the bundle that it makes."""
        return f"{self.dataset}/{self.bundle_name}"

    @property
    def command(self) -> str:
        """The command that trains the bundle, under its name without a session's token."""
        dataset, _, own_name = public_id(f"{self.dataset}/{self.name}").partition("/")
        seeds = "".join(f" --seed {seed}" for seed in self.seeds)
        name = f" --name {own_name}" if own_name else ""
        minutes = "" if self.minutes is None else f" --minutes {self.minutes:g}"
        chosen = "".join(f" --set {text}" for text in overrides_text(self.overrides))
        return (
            f"latentcore train {dataset} {self.family} --latent-dim {self.latent_dim}"
            f"{seeds}{name}{minutes}{chosen}"
        )

    def make_model(self) -> LatentModel:
        """Return the unfitted model."""
        return make_model(self.family, {"latent_dim": self.latent_dim, **self.settings})


def settings_for(dataset: str, family: str, latent_dim: int) -> Mapping[str, Any]:
    """Return the settings that differ from the family's defaults on a dataset.

    Parameters
    ----------
    dataset : str
        Of a dataset that was added, the settings follow from its image shape and number of images; an unknown
        one has none.
    family : str
        Families without settings, such as a newly added one, use their defaults.
    latent_dim : int
    """
    if dataset in DATASETS:
        return shipped_settings(dataset, family, latent_dim)
    spec = find_dataset(dataset)
    if spec is None or spec.n_train is None:
        return {}
    return scaled_settings(spec.image_shape, spec.n_train, family, latent_dim)


def make_recipe(
    dataset: str,
    family: str,
    latent_dim: int,
    *,
    seeds: tuple[int, ...] | None = None,
    name: str = "",
    minutes: float | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> Recipe:
    """Return the recipe of a bundle, shipped or not.

    Parameters
    ----------
    dataset, family : str
    latent_dim : int
    seeds : tuple of int, optional
        Those of the zoo by default.
    name : str, optional
        Of a variant; see `Recipe`.
    minutes : float, optional
        About how long the training should take; see `Recipe`.
    overrides : mapping, optional
        Settings in place of the usual ones; the model checks them.

    Raises
    ------
    ValueError
        If a bundle cannot have this name, or `minutes` is out of range.
    """
    return Recipe(
        dataset=dataset,
        family=family,
        latent_dim=latent_dim,
        settings={**settings_for(dataset, family, latent_dim), **(overrides or {})},
        overrides=overrides or {},
        seeds=seeds or SEVERAL_SEEDS.get((dataset, family, latent_dim), (0,)),
        name=name,
        minutes=minutes,
    )


SEVERAL_SEEDS: Mapping[tuple[str, str, int], tuple[int, ...]] = {
    ("mnist", "ae", 2): HEADLINE_SEEDS,
    ("mnist", "ae", 16): HEADLINE_SEEDS,
    ("mnist", "vae", 16): HEADLINE_SEEDS,
    ("shapes", "vae", 16): HEADLINE_SEEDS,
    ("shapes", "beta_vae", 16): HEADLINE_SEEDS,
    ("rooms", "beta_vae", 16): HEADLINE_SEEDS,
}
"""Bundles that are trained with several seeds and state the spread of their scores."""

_FAMILIES = (("pca", 2), ("pca", 16), ("ae", 2), ("ae", 16), ("vae", 2), ("vae", 16), ("gan", 2), ("gan", 16))
_LATER = (("flow", 2), ("flow", 16), ("cnn", 2), ("cnn", 16), ("transformer", 2), ("transformer", 16))
_ZOO_MODELS: Mapping[str, tuple[tuple[str, int], ...]] = {
    "digits": (
        *(("pca", 2), ("pca", 8), ("lda", 2), ("lda", 9), ("ae", 2), ("ae", 8)),
        *(("vae", 2), ("vae", 8), ("gan", 2), ("gan", 8)),
        *(("flow", 2), ("flow", 8), ("cnn", 2), ("cnn", 8), ("transformer", 2), ("transformer", 8)),
    ),
    "mnist": (*_FAMILIES, ("lda", 2), ("lda", 9), ("dae", 16), *_LATER),
    "fashion_mnist": (*_FAMILIES, ("lda", 2), ("lda", 9), ("dae", 16), *_LATER),
    "shapes": (*_FAMILIES, ("lda", 2), ("lda", 4), ("dae", 16), ("beta_vae", 16), *_LATER),
    "rooms": (*_FAMILIES, ("beta_vae", 16)),
}

ZOO: tuple[tuple[str, str, int], ...] = tuple(
    (dataset, family, latent_dim) for dataset, held in _ZOO_MODELS.items() for family, latent_dim in held
)
"""Dataset, family and latent dimension of every shipped bundle."""
