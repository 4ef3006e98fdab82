"""Recipes: those of shipped bundles stay as they are, those of own datasets follow from size and number."""

import json
import time
from dataclasses import asdict

import numpy as np
import pytest

from latentcore.bundling import train_bundle
from latentcore.datasets import load_dataset
from latentcore.datasets.own.add import add_dataset
from latentcore.datasets.own.options import AddOptions
from latentcore.models import MODELS, make_model
from latentcore.recipes import ZOO, make_recipe, time_budget, within_minutes
from latentcore.recipes.recipe import settings_for
from latentcore.recipes.scaled import (
    MAX_EPOCHS,
    MIN_EPOCHS,
    convolution_channels,
    epochs_for,
    scaled_settings,
)
from latentcore.store import list_bundles, load_bundle
from latentcore.training import count_batches

SHAPES = [(1, 8, 8), (1, 28, 28), (1, 20, 20), (3, 32, 32), (3, 33, 47), (3, 64, 64)]
NEURAL = ("ae", "dae", "vae", "beta_vae", "gan", "flow", "cnn", "transformer")


@pytest.fixture
def own(tmp_path, monkeypatch):
    """Add random images as the dataset "mine"; returns a function of their number and shape."""
    monkeypatch.setenv("LATENTCORE_DATA", str(tmp_path))

    def add(n: int, channels: int = 3, side: int = 16) -> str:
        generator = np.random.default_rng(0)
        images = generator.integers(0, 256, (n, channels, side, side), dtype=np.uint8)
        np.savez(tmp_path / "source.npz", images=images, labels=generator.integers(0, 2, n))
        add_dataset(
            "mine", tmp_path / "source.npz", tmp_path, options=AddOptions(size=side, channels="first")
        )
        return "mine"

    return add


@pytest.mark.parametrize("spec", list_bundles(), ids=lambda spec: spec.id)
def test_a_shipped_bundle_was_trained_with_its_recipe(spec):
    assert (spec.dataset, spec.family, spec.latent_dim) in ZOO
    recipe = make_recipe(spec.dataset, spec.family, spec.latent_dim)
    settings = json.loads(json.dumps(asdict(recipe.make_model().settings)))
    defaults = {name: value for name, value in settings.items() if name not in spec.config["settings"]}
    assert settings == spec.config["settings"] | defaults
    assert not any(defaults.values())  # settings added since, whose 0 or False leaves a training as it was
    assert spec.config["recipe"]["command"] == recipe.command


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("n_train", [1, 12, 300, 2_000, 100_000])
@pytest.mark.parametrize("family", MODELS)
def test_scaled_settings_suit_the_family_and_the_images(shape, n_train, family):
    settings = scaled_settings(shape, n_train, family, 2)
    model = make_model(family, {"latent_dim": 2, **settings})
    if family not in NEURAL:
        assert settings == {}
        return
    assert 1 <= settings["batch_size"] <= n_train
    assert MIN_EPOCHS <= settings["n_epochs"] <= MAX_EPOCHS
    network = type(model).make_network(model.settings, shape)
    assert sum(weights.numel() for weights in network.parameters()) < 2_500_000


def test_epochs_follow_from_the_number_of_images():
    assert epochs_for(6_000, (3, 32, 32), 6_400, 64) == 60
    assert epochs_for(6_000, (3, 32, 32), 64_000, 64) == 6
    assert epochs_for(6_000, (3, 32, 32), 10**6, 64) == MIN_EPOCHS
    assert epochs_for(6_000, (3, 32, 32), 12, 12) == MAX_EPOCHS
    assert epochs_for(6_000, (3, 64, 64), 6_400, 64) == 20
    assert epochs_for(6_000, (1, 28, 28), 6_400, 64) == 60


def test_few_images_are_regularised():
    few, many = (scaled_settings((3, 32, 32), n, "vae", 16) for n in (400, 4_000))
    assert few["distorted_share"] > 0
    assert few["weight_decay"] > make_model("vae", {"latent_dim": 16, **many}).settings.weight_decay
    assert "distorted_share" not in many
    assert few["channels"] == ()
    assert many["channels"] == convolution_channels((3, 32, 32)) != ()


def test_patches_are_as_small_as_their_number_allows():
    sides = {shape: scaled_settings(shape, 3_000, "transformer", 2)["patch"] for shape in SHAPES}
    assert list(sides.values()) == [2, 4, 4, 4, 8, 8]


def test_odd_sides_get_a_perceptron():
    assert convolution_channels((3, 33, 32)) == ()
    assert convolution_channels((1, 8, 8)) == ()


def test_settings_of_an_own_dataset_follow_from_what_is_stored(own):
    name = own(60)
    n_train = len(load_dataset(name, "train"))
    assert settings_for(name, "vae", 2) == scaled_settings((3, 16, 16), n_train, "vae", 2)
    assert settings_for("unknown", "vae", 2) == {}


@pytest.mark.parametrize("family", ["pca", "ae", "vae", "gan", "flow", "cnn", "transformer"])
def test_a_dozen_colour_images_train(own, family, monkeypatch):
    monkeypatch.setattr("latentcore.recipes.scaled.MAX_EPOCHS", 10)
    model = make_recipe(own(12), family, 2).make_model()
    train = load_dataset("mine", "train")
    model.fit(train.images, train.labels, seed=0)
    assert np.isfinite(model.reconstruct(train.images)).all()


def test_minutes_set_the_number_of_epochs():
    train = load_dataset("digits", "train")
    said: list[str] = []
    found = within_minutes(make_recipe("digits", "vae", 2, minutes=0.05), train, said.append)
    assert said == [f"{found.settings['n_epochs']:,} epochs, to take about 0.05 minutes of training"]
    started = time.perf_counter()
    found.make_model().fit(train.images, train.labels, seed=0)
    assert 0.2 < (time.perf_counter() - started) / 3 < 5  # a busy machine changes its speed meanwhile


def test_phases_keep_their_proportion_and_seeds_share_the_time(monkeypatch):
    seconds = {"n_epochs": 0.001, "inversion_epochs": 0.004}
    monkeypatch.setattr(time_budget, "_seconds_per_step", lambda *_: seconds)
    train = load_dataset("digits", "train")
    n_batches = count_batches(len(train), 64)
    for n_seeds in (1, 3):
        recipe = make_recipe("digits", "gan", 2, minutes=10, seeds=tuple(range(n_seeds)))
        whole, found = recipe.make_model().settings, within_minutes(recipe, train).settings
        ratio = found["n_epochs"] / found["inversion_epochs"]
        assert ratio == pytest.approx(whole.n_epochs / whole.inversion_epochs, rel=0.02)
        total = sum(found[name] * n_batches * seconds[name] for name in seconds) * n_seeds
        assert total == pytest.approx(600, rel=0.01)


def test_a_phase_may_have_a_batch_size_of_its_own(monkeypatch):
    seconds = {"n_epochs": 0.001, "flow_epochs": 0.004}
    monkeypatch.setattr(time_budget, "_seconds_per_step", lambda *_: seconds)
    train = load_dataset("digits", "train")
    found = within_minutes(make_recipe("digits", "flow", 2, minutes=10), train).settings
    n_batches = {"n_epochs": count_batches(len(train), 64), "flow_epochs": count_batches(len(train), 256)}
    total = sum(found[name] * n_batches[name] * seconds[name] for name in seconds)
    assert total == pytest.approx(600, rel=0.01)


@pytest.mark.parametrize("family", ["flow", "cnn", "transformer"])
def test_the_time_of_every_phase_is_measured(family):
    recipe = make_recipe("digits", family, 2, minutes=0.1)
    found = within_minutes(recipe, load_dataset("digits", "train"))
    names = [name for name in time_budget.EPOCHS if hasattr(found.make_model().settings, name)]
    assert set(names) == set(found.overrides)
    assert all(found.settings[name] >= 1 for name in names)


def test_minutes_become_epochs_in_the_command_and_are_refused_where_there_are_none(tmp_path):
    assert make_recipe("digits", "ae", 2, minutes=0.02).command.endswith("--minutes 0.02")
    folder = train_bundle(make_recipe("digits", "ae", 2, minutes=0.02), tmp_path)
    bundle = load_bundle("digits/ae-d2", tmp_path)
    assert folder.name == "ae-d2"
    n_epochs = bundle.history[-1]["epoch"]
    command = f"latentcore train digits ae --latent-dim 2 --seed 0 --set n_epochs={n_epochs}"
    assert bundle.config["recipe"]["command"] == command
    with pytest.raises(ValueError, match="pca is not trained in epochs"):
        train_bundle(make_recipe("digits", "pca", 2, minutes=1), tmp_path)
    with pytest.raises(ValueError, match="minutes is -1"):
        make_recipe("digits", "ae", 2, minutes=-1)
