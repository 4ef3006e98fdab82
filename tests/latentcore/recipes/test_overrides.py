"""Settings in place of a recipe's: as text on the command line, in a run's request, and as scaled widths."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latentcore.cli import app
from latentcore.exceptions import UnknownNameError
from latentcore.models import MODELS, make_model
from latentcore.recipes import make_recipe
from latentcore.recipes.overrides import overrides_text, read_overrides, scaled_widths, setting_types
from latentcore.runs import RunRequest
from latentcore.store import load_bundle

WIDTHS = st.lists(st.integers(1, 500), max_size=4).map(tuple)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize("family", MODELS)
@given(data=st.data())
def test_what_was_written_is_read_again(family, data):
    by_kind = {bool: st.booleans(), int: st.integers(), float: NUMBERS}
    overrides = {name: data.draw(by_kind.get(kind, WIDTHS)) for name, kind in setting_types(family).items()}
    found = read_overrides(family, overrides_text(overrides))
    assert found == overrides
    assert [type(value) for value in found.values()] == [type(value) for value in overrides.values()]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("beta", "no setting; write name=value"),
        ("size=3", "vae has no setting 'size'. There is: channels"),
        ("latent_dim=3", "no setting 'latent_dim'"),
        ("n_epochs=many", "n_epochs is 'many'; expected a whole number"),
        ("beta=1,5", "beta is '1,5'; expected a number"),
        ("hidden=wide", "expected widths of layers such as 128,64"),
    ],
)
def test_a_text_that_is_no_setting_says_why(text, problem):
    with pytest.raises(ValueError, match=problem):
        read_overrides("vae", [text])


def test_a_family_that_does_not_exist_and_one_without_settings():
    with pytest.raises(UnknownNameError, match="No model family 'x'"):
        read_overrides("x", [])
    with pytest.raises(ValueError, match="pca has no setting 'beta'"):
        read_overrides("pca", ["beta=1"])


@pytest.mark.parametrize(
    ("family", "settings", "problem"),
    [
        ("vae", {"n_epochs": 0}, "n_epochs is 0; expected 1 to 100,000"),
        ("vae", {"beta": -1.0}, "beta is -1.0; expected 0 to 1,000"),
        ("ae", {"learning_rate": 0.0}, "learning_rate is 0.0; expected"),
        ("ae", {"batch_size": 0}, "batch_size is 0"),
        ("dae", {"noise": 3.0}, "noise is 3.0; expected 0 to 2"),
        ("gan", {"average_decay": 1.0}, "average_decay is 1.0"),
        ("ae", {"hidden": (0,)}, "setting hidden is"),
    ],
)
def test_settings_out_of_range_are_one_sentence(family, settings, problem):
    request = RunRequest(dataset="digits", family=family, latent_dim=2, settings=settings)
    with pytest.raises(ValueError, match=problem):
        request.recipe().make_model()


def test_widths_are_scaled():
    settings = make_model("gan", {"latent_dim": 2, "generator_hidden": (100, 1)}).settings
    scaled = scaled_widths(settings, 0.5)
    assert scaled["generator_hidden"] == (50, 1)
    assert scaled["critic_hidden"] == (128, 64)
    assert scaled["critic_channels"] == ()
    assert scaled_widths(make_model("pca", {"latent_dim": 2}).settings, 2) == {}


def test_the_command_of_a_bundle_trains_the_same_model_again(tmp_path, capsys):
    overrides = {"n_epochs": 2, "hidden": (24, 12), "learning_rate": 0.0015}
    request = RunRequest(dataset="digits", family="ae", latent_dim=2, seed=4, settings=overrides, name="mine")
    command = request.recipe().command
    assert command == (
        "latentcore train digits ae --latent-dim 2 --seed 4 --name mine"
        " --set n_epochs=2 --set hidden=24,12 --set learning_rate=0.0015"
    )
    app([*command.split()[1:], "--out", str(tmp_path)], standalone_mode=False)
    bundle = load_bundle("digits/mine", tmp_path)
    assert bundle.config["recipe"]["command"] == command
    from latentcore.bundling import train_bundle  # noqa: PLC0415 - after the command

    train_bundle(make_recipe("digits", "ae", 2, seeds=(4,), name="two", overrides=overrides), tmp_path)
    again = load_bundle("digits/two", tmp_path).model.state()
    assert all(np.array_equal(array, again[name]) for name, array in bundle.model.state().items())
