"""Trainings of bundles that are killed, and go on from their checkpoints."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from latentcore.bundling import train_bundle
from latentcore.exceptions import CheckpointError, EndTrainingPhase, TrainingCancelled
from latentcore.recipes import Recipe, checkpoint_folder, make_recipe, n_epochs_done, time_budget
from latentcore.store import list_bundles, load_bundle
from latentcore.training import EpochEnd

SMALL = {"hidden": (32,), "n_epochs": 30, "aggregate_weight": 1.0}
RECIPE = Recipe(dataset="digits", family="vae", latent_dim=2, settings=SMALL)
ID = "digits/vae-d2"
KILLED = """
import sys
from pathlib import Path
from latentcore.bundling import train_bundle
from latentcore.recipes import Recipe
from latentcore.training import checkpoint

checkpoint.SAVE_SECONDS = 0
recipe = Recipe(dataset="digits", family="vae", latent_dim=2, settings={settings!r})
train_bundle(
    recipe,
    Path(sys.argv[1]),
    checkpoints=Path(sys.argv[2]),
    on_event=lambda event: print(event.epoch, flush=True),
    on_stage=lambda stage: print(stage, flush=True),
)
"""


def kill_at(line: str, root: Path, checkpoints: Path) -> None:
    """Train in another process, and kill it as soon as it prints a line."""
    command = [sys.executable, "-c", KILLED.format(settings=SMALL), str(root), str(checkpoints)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        while (heard := process.stdout.readline().strip()) != line:
            assert heard, "it ended before"
        process.kill()


@pytest.fixture(autouse=True, scope="module")
def usual_kernels():
    """Those that another process uses: tests of the dashboard switch them off in theirs."""
    before = torch.backends.mkldnn.enabled
    torch.backends.mkldnn.set_flags(True)
    yield
    torch.backends.mkldnn.set_flags(before)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Models folder with a bundle that was trained without interruption."""
    root = tmp_path_factory.mktemp("whole")
    train_bundle(RECIPE, root)
    return root


def assert_same(root: Path, whole: Path) -> None:
    for name in ("model.safetensors", "codes.npz", "history.json", "metrics.json"):
        assert (root / ID / name).read_bytes() == (whole / ID / name).read_bytes(), name


def test_a_killed_training_goes_on_to_the_same_bundle(tmp_path, whole):
    checkpoints = checkpoint_folder(tmp_path, RECIPE)
    for line in ("5", "15"):
        kill_at(line, tmp_path, checkpoints)
    assert list_bundles(tmp_path) == []
    n_before = n_epochs_done(checkpoints)
    assert n_before >= 14
    heard: list[EpochEnd] = []
    train_bundle(RECIPE, tmp_path, checkpoints=checkpoints, on_event=heard.append)
    assert [event.epoch for event in heard] == list(range(1, 31))
    assert [event.network is None for event in heard] == [k < n_before for k in range(30)]
    assert_same(tmp_path, whole)
    assert not checkpoints.exists()
    assert load_bundle(ID, tmp_path).config["recipe"]["cpu_seconds"] > 0


def test_a_training_killed_while_it_is_scored_is_not_repeated(tmp_path, whole):
    checkpoints = tmp_path / "checkpoints"
    kill_at("scores", tmp_path, checkpoints)
    heard: list[EpochEnd] = []
    train_bundle(RECIPE, tmp_path, checkpoints=checkpoints, on_event=heard.append)
    assert [event.network for event in heard] == [None] * 30
    assert_same(tmp_path, whole)


def test_a_record_of_the_formation_goes_on_as_well(tmp_path):
    settings = {"n_epochs": 4, "inversion_epochs": 3}
    recipe = Recipe(dataset="digits", family="gan", latent_dim=2, settings=settings)

    def stop_at(n: int) -> Callable[[EpochEnd], None]:
        heard: list[EpochEnd] = []

        def stop(event: EpochEnd) -> None:
            heard.append(event)
            if len(heard) == n:
                raise TrainingCancelled("enough")

        return stop

    for n in (3, 6):
        with pytest.raises(TrainingCancelled):
            train_bundle(recipe, tmp_path, record=True, checkpoints=tmp_path / "it", on_event=stop_at(n))
    train_bundle(recipe, tmp_path, record=True, checkpoints=tmp_path / "it")
    train_bundle(recipe, tmp_path / "whole", record=True)
    paths = [root / "digits" / "gan-d2" / "formation.npz" for root in (tmp_path, tmp_path / "whole")]
    with np.load(paths[0]) as found, np.load(paths[1]) as expected:
        assert len(found.files) > 3
        assert found.files == expected.files
        for name in expected.files:
            assert np.array_equal(found[name], expected[name]), name


def test_a_bundle_says_that_a_phase_ended_early_before_the_interruption(tmp_path):
    recipe = Recipe(
        dataset="digits", family="gan", latent_dim=2, settings={"n_epochs": 4, "inversion_epochs": 3}
    )

    def on_event(event: EpochEnd) -> None:
        if event.phase == "adversarial" and event.epoch == 2:
            raise EndTrainingPhase
        if event.phase == "inversion" and not event.is_past and stops:
            raise TrainingCancelled("enough")

    stops = True
    with pytest.raises(TrainingCancelled):
        train_bundle(recipe, tmp_path, checkpoints=tmp_path / "it", on_event=on_event)
    stops = False
    train_bundle(recipe, tmp_path, checkpoints=tmp_path / "it", on_event=on_event)
    (entry,) = load_bundle("digits/gan-d2", tmp_path).config["recipe"]["ended_early"]
    assert (entry["phase"], entry["epoch"], entry["n_epochs"]) == ("adversarial", 2, 4)


def test_seeds_that_are_done_are_not_trained_again(tmp_path):
    recipe = Recipe(
        dataset="digits", family="ae", latent_dim=2, settings={"n_epochs": 2, "hidden": (8,)}, seeds=(3, 4, 5)
    )
    trained: list[tuple[str, int]] = []

    def stop(event: EpochEnd) -> None:
        if event.phase.endswith("seed 5"):
            raise TrainingCancelled("enough")

    def note(event: EpochEnd) -> None:
        if event.network is not None:
            trained.append((event.phase, event.epoch))

    with pytest.raises(TrainingCancelled):
        train_bundle(recipe, tmp_path, checkpoints=tmp_path / "it", on_event=stop)
    assert n_epochs_done(tmp_path / "it") == 4
    train_bundle(recipe, tmp_path, checkpoints=tmp_path / "it", on_event=note)
    assert trained == [("fit, seed 5", 1), ("fit, seed 5", 2)]
    train_bundle(recipe, tmp_path / "whole")
    paths = [root / "digits" / "ae-d2" / "model.safetensors" for root in (tmp_path, tmp_path / "whole")]
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_a_training_for_some_minutes_has_as_many_epochs_when_it_goes_on(tmp_path, monkeypatch):
    recipe = make_recipe("digits", "ae", 2, minutes=0.02)

    def stop(_: EpochEnd) -> None:
        raise TrainingCancelled("enough")

    with pytest.raises(TrainingCancelled):
        train_bundle(recipe, tmp_path, checkpoints=tmp_path / "it", on_event=stop)
    n_epochs = json.loads((tmp_path / "it" / "epochs.json").read_text())["epochs"]["n_epochs"]
    monkeypatch.delattr(time_budget, "_seconds_per_step")
    with pytest.raises(CheckpointError, match=r"minutes was 0\.02, and is 0\.05"):
        train_bundle(make_recipe("digits", "ae", 2, minutes=0.05), tmp_path, checkpoints=tmp_path / "it")
    train_bundle(recipe, tmp_path, checkpoints=tmp_path / "it")
    assert len(load_bundle("digits/ae-d2", tmp_path).history) == n_epochs
    (tmp_path / "it").mkdir()
    (tmp_path / "it" / "epochs.json").write_text("{")
    with pytest.raises(CheckpointError, match=r"epochs\.json is damaged"):
        train_bundle(recipe, tmp_path, checkpoints=tmp_path / "it", overwrite=True)


def test_checkpoints_of_another_recipe_are_refused(tmp_path):
    def stop(event: EpochEnd) -> None:
        if event.epoch == 2:
            raise TrainingCancelled("enough")

    with pytest.raises(TrainingCancelled):
        train_bundle(RECIPE, tmp_path, checkpoints=tmp_path / "it", on_event=stop)
    other = Recipe(dataset="digits", family="vae", latent_dim=2, settings={**SMALL, "beta": 2.0})
    with pytest.raises(CheckpointError, match=r"beta was 1\.0, and is 2\.0"):
        train_bundle(other, tmp_path, checkpoints=tmp_path / "it")
    assert list_bundles(tmp_path) == []
