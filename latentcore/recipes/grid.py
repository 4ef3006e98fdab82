"""Grids of recipes: several families by several latent dimensions."""

from __future__ import annotations

from latentcore.models import MODELS
from latentcore.recipes.recipe import Recipe, make_recipe

SIGN = "x"
EXAMPLE = '"ae,vae x 2,4,8,16"'
MAX_DIMENSIONS = 4096


def read_grid(text: str) -> list[tuple[str, int]]:
    """Return the families and latent dimensions of a grid such as "ae,vae x 2,4,8,16", families first.

    Raises
    ------
    ValueError
        If the text is no grid, names an unknown family, or a number that is no dimension.
    """
    families, sign, dimensions = text.partition(f" {SIGN} ")
    names = [name.strip() for name in families.split(",") if name.strip()]
    numbers = [number.strip() for number in dimensions.split(",") if number.strip()]
    if not sign or not names or not numbers:
        raise ValueError(f"--grid is {text[:60]!r}; expected families and latent dimensions, as {EXAMPLE}.")
    unknown = next((name for name in names if name not in MODELS), None)
    if unknown is not None:
        raise ValueError(f"There is no model {unknown[:40]!r} for --grid; take some of {', '.join(MODELS)}.")
    wrong = next(
        (n for n in numbers if not (n.isascii() and n.isdigit() and 0 < int(n) <= MAX_DIMENSIONS)), ""
    )
    if wrong:
        raise ValueError(f"{wrong[:20]!r} is no number of latent dimensions; take 1 to {MAX_DIMENSIONS:,}.")
    pairs = [(name, int(number)) for name in names for number in numbers]
    return list(dict.fromkeys(pairs))


def grid_recipes(dataset: str, text: str, *, minutes: float | None = None) -> list[Recipe]:
    """Return the recipes of a grid on a dataset.

    Parameters
    ----------
    dataset : str
    text : str
        See `read_grid`.
    minutes : float, optional
        About how long each training should take; see `Recipe`.

    Raises
    ------
    ValueError
        If the text is no grid, or `minutes` is out of range.
    """
    return [make_recipe(dataset, family, k, minutes=minutes) for family, k in read_grid(text)]
