"""Trainings that end before their last epoch: by hand, or because they diverge. The model is kept."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from latentcore.bundling import train_bundle
from latentcore.exceptions import EndTrainingPhase
from latentcore.recipes import Recipe
from latentcore.store import load_bundle
from latentcore.training import EpochEnd, loop, run_epochs

SMALL = {
    "ae": {"hidden": (16,), "n_epochs": 5},
    "vae": {"hidden": (16,), "n_epochs": 5},
    "gan": {"generator_hidden": (16,), "critic_hidden": (16,), "inverter_hidden": (16,), "batch_norm": True}
    | {"n_epochs": 5, "inversion_epochs": 4},
}


def recipe(family: str) -> Recipe:
    return Recipe(dataset="digits", family=family, latent_dim=2, settings=SMALL[family])


def end_after(epoch: int, phases: tuple[str, ...]):
    """Return a handler that ends these phases after an epoch."""

    def on_event(event: EpochEnd) -> None:
        if event.problem or (event.phase in phases and event.epoch == epoch):
            raise EndTrainingPhase

    return on_event


@pytest.mark.parametrize(
    ("family", "phases", "epochs"),
    [
        ("ae", ("fit",), {"fit": 2}),
        ("vae", ("fit",), {"fit": 2}),
        ("gan", ("adversarial",), {"adversarial": 2, "inversion": 4}),
        ("gan", ("adversarial", "inversion"), {"adversarial": 2, "inversion": 2}),
    ],
)
def test_a_training_that_is_ended_by_hand_leaves_a_bundle_that_says_so(tmp_path, family, phases, epochs):
    train_bundle(recipe(family), tmp_path, on_event=end_after(2, phases))
    bundle = load_bundle(f"digits/{family}-d2", tmp_path)
    counts = {entry["phase"]: entry["epoch"] for entry in bundle.history}
    assert counts == epochs
    assert bundle.config["recipe"]["ended_early"] == [
        {
            "phase": phase,
            "epoch": 2,
            "n_epochs": 4 if phase == "inversion" else 5,
            "reason": "stopped by hand",
        }
        for phase in phases
    ]
    assert "**Ended early**: after epoch 2 of" in bundle.card
    images = bundle.model.sample(20, seed=0)
    assert np.isfinite(images).all()
    assert np.std(images, axis=0).max() > 0
    assert np.isfinite(bundle.model.reconstruct(images)).all()
    assert bundle.metrics["mse"]["value"] < 0.2


def test_a_training_that_reaches_its_last_epoch_did_not_end_early(tmp_path):
    train_bundle(recipe("ae"), tmp_path, on_event=end_after(5, ("fit",)))
    bundle = load_bundle("digits/ae-d2", tmp_path)
    assert "ended_early" not in bundle.config["recipe"]
    assert "Ended early" not in bundle.card


@pytest.mark.parametrize("family", ["ae", "gan"])
def test_of_a_training_that_diverges_the_last_good_epoch_is_kept(tmp_path, monkeypatch, family):
    phase = "adversarial" if family == "gan" else "fit"
    train_bundle(recipe(family), tmp_path / "stopped", on_event=end_after(2, (phase,)))
    real, checked = loop._divergence, []

    def third_time(means, network):
        checked.append(means)
        return "mse is nan" if len(checked) == 3 else real(means, network)

    monkeypatch.setattr(loop, "_divergence", third_time)
    train_bundle(recipe(family), tmp_path / "diverged", on_event=end_after(99, ()))
    stopped, diverged = (
        load_bundle(f"digits/{family}-d2", tmp_path / name) for name in ("stopped", "diverged")
    )
    (entry,) = diverged.config["recipe"]["ended_early"]
    assert (entry["phase"], entry["epoch"]) == (phase, 2)
    assert entry["reason"].startswith("The training diverged: mse is nan in epoch 3 of 5.")
    assert diverged.history[:2] == stopped.history[:2]
    arrays = diverged.model.state()
    if family == "ae":  # a GAN's inversion network has other random numbers after one epoch more
        assert all(np.array_equal(array, arrays[name]) for name, array in stopped.model.state().items())


def diverging_step(network: torch.nn.Linear):
    """Return a step that counts in the weights and makes them infinite in the third epoch."""

    def step(_rows: torch.Tensor) -> dict[str, torch.Tensor]:
        with torch.no_grad():
            network.weight += 1
            if float(network.weight) == 3:
                network.weight.fill_(torch.inf)
        return {"mse": torch.zeros(())}

    return step


def test_weights_that_are_not_finite_are_a_divergence_and_the_last_good_ones_come_back():
    network, seen = torch.nn.Linear(1, 1), []
    torch.nn.init.zeros_(network.weight)

    def keep(event: EpochEnd) -> None:
        seen.append((event.epoch, event.problem[:45], float(network.weight.detach())))
        if event.problem:
            raise EndTrainingPhase

    run_epochs(diverging_step(network), n_samples=4, batch_size=4, n_epochs=9, on_event=keep, network=network)
    problem = "The training diverged: weights are not finite in epoch 3 of 9."[:45]
    assert seen == [(1, "", 1.0), (2, "", 2.0), (2, problem, 2.0)]


def test_a_divergence_that_nobody_answers_is_an_error():
    network = torch.nn.Linear(1, 1)
    torch.nn.init.zeros_(network.weight)
    with pytest.raises(ValueError, match="weights are not finite in epoch 3 of 9"):
        run_epochs(
            diverging_step(network),
            n_samples=4,
            batch_size=4,
            n_epochs=9,
            on_event=lambda _: None,
            network=network,
        )
