"""Grids of families by latent dimensions."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from latentcore.cli import app
from latentcore.recipes.grid import grid_recipes, read_grid
from latentcore.store import list_bundles


def test_a_grid_is_every_family_with_every_dimension():
    assert read_grid("ae, vae x 2,4") == [("ae", 2), ("ae", 4), ("vae", 2), ("vae", 4)]
    assert read_grid("pca,pca x 3,3") == [("pca", 3)]
    recipes = grid_recipes("digits", "vae,beta_vae x 2", minutes=0.5)
    assert [recipe.command for recipe in recipes] == [
        "latentcore train digits vae --latent-dim 2 --seed 0 --minutes 0.5",
        "latentcore train digits beta_vae --latent-dim 2 --seed 0 --minutes 0.5",
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "expected families and latent dimensions"),
        ("ae,vae", "expected families and latent dimensions"),
        ("ae x ", "expected families and latent dimensions"),
        (" x 2", "expected families and latent dimensions"),
        ("ae,dog x 2", "no model 'dog'"),
        ("ae x 2,-1", "'-1' is no number"),
        ("ae x 0", "'0' is no number"),
        ("ae x ²", "'²' is no number"),
        ("ae x 99999", "'99999' is no number"),
    ],
)
def test_what_is_no_grid_is_named(text, sentence):
    with pytest.raises(ValueError, match=sentence):
        read_grid(text)


def test_a_grid_is_trained_and_what_is_there_is_left(tmp_path):
    # A third dimension would only add UMAP, which compiles itself for half a minute.
    arguments = ["train", "digits", "--grid", "pca,lda x 1,2", "--out", str(tmp_path)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert "Wrote 4 of 4" in result.output
    names = {"pca-d1", "pca-d2", "lda-d1", "lda-d2"}
    assert {spec.name for spec in list_bundles(tmp_path)} == names
    assert "Every bundle that was asked for" in CliRunner().invoke(app, arguments).output


@pytest.mark.parametrize("more", [["pca"], ["--all"], ["--latent-dim", "2"]])
def test_a_grid_takes_no_single_model(tmp_path, more):
    arguments = ["train", "digits", *more, "--grid", "pca x 1", "--out", str(tmp_path)]
    result = CliRunner().invoke(app, arguments)
    assert isinstance(result.exception, ValueError)
    assert "--grid, without model" in str(result.exception)
