"""Training runs in processes of their own: watched, stopped, paused, waiting for each other."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch

from latentcore.datasets import load_dataset
from latentcore.exceptions import EndTrainingPhase, UnknownNameError
from latentcore.models import make_model
from latentcore.models.networks import EncoderDecoder
from latentcore.models.precision import round_to_half
from latentcore.runs import (
    Run,
    RunRequest,
    RunStatus,
    active_runs,
    continue_run,
    control,
    find_run,
    finish_run,
    latest_snapshot,
    pause_run,
    remove_run,
    resume_run,
    runs_ahead,
    start_run,
    start_runs,
    stop_run,
)
from latentcore.runs.control import is_paused
from latentcore.runs.folder import CHECKPOINTS, STATUS_FILE, write_json
from latentcore.runs.process import is_alive, process_facts
from latentcore.runs.snapshots import SnapshotWriter, some_train_images
from latentcore.runs.worker import Worker
from latentcore.store import load_bundle, models_folder
from latentcore.training import EpochEnd

PRETRAINED = models_folder()
LONG = RunRequest(dataset="digits", family="ae", latent_dim=2, minutes=30)


@pytest.fixture(autouse=True, scope="module")
def usual_kernels():
    """Those that another process uses: tests of the dashboard switch them off in theirs."""
    before = torch.backends.mkldnn.enabled
    torch.backends.mkldnn.set_flags(True)
    yield
    torch.backends.mkldnn.set_flags(before)


@pytest.fixture(autouse=True)
def folders(tmp_path, monkeypatch):
    monkeypatch.setenv("LATENTCORE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("LATENTCORE_MODELS", str(tmp_path / "models"))
    yield tmp_path
    for run in active_runs():
        stop_run(run.id)


def until(run_id: str, is_met: Callable[[Run], bool], seconds: float = 90) -> Run:
    """Return the run as soon as a condition is met."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        run = find_run(run_id)
        if is_met(run):
            return run
        time.sleep(0.1)
    raise AssertionError(f"still {find_run(run_id)}")


def test_a_run_ends_in_a_bundle_and_can_be_watched(folders):
    run_id = start_run(RunRequest(dataset="digits", family="vae", latent_dim=2, minutes=0.05, name="mine"))
    run = until(run_id, lambda run: run.is_over)
    assert (run.status, run.bundle_id) == (RunStatus.DONE, "digits/mine"), run.message
    bundle = load_bundle("digits/mine", folders / "models")
    events = run.events()
    assert [event["epoch"] for event in events] == list(range(1, len(events) + 1))
    assert [
        {name: entry[name] for name in ("phase", "epoch", "losses")} for entry in events
    ] == bundle.history
    assert events[-1]["seconds"] > 0
    assert 0 < events[-1]["train_mse"] < 0.2
    assert 0 < events[-1]["held_out_mse"] < 0.2
    snapshot = latest_snapshot(run.folder)
    assert snapshot is not None
    assert snapshot.epoch == len(events)
    assert snapshot.places is not None
    assert snapshot.places.shape == (500, 2)
    assert snapshot.originals.shape == snapshot.samples.shape == (8, 1, 8, 8)
    assert len(np.unique(snapshot.labels)) == 10
    remove_run(run_id)
    with pytest.raises(UnknownNameError, match="no training run"):
        find_run(run_id)
    assert (folders / "models" / "digits" / "mine").is_dir()


@pytest.mark.parametrize("family", ["ae", "vae", "gan", "cnn"])
def test_snapshots_do_not_change_what_is_learned(tmp_path, family):
    train, test = load_dataset("digits", "train"), load_dataset("digits", "test")
    settings = {"latent_dim": 2, "n_epochs": 2} | (
        {"inversion_epochs": 2} if family in ("gan", "cnn") else {}
    )
    shown = some_train_images("digits")
    assert len({image.tobytes() for image in shown} - {image.tobytes() for image in train.images}) == 0
    writer, seen, errors = SnapshotWriter(tmp_path, test, 2, train_images=shown), [], []

    def watch(event: EpochEnd) -> None:
        assert isinstance(event.network, EncoderDecoder)
        errors.append(writer.write(event.network, len(seen) + 1))
        seen.append(latest_snapshot(tmp_path))

    watched = make_model(family, settings).fit(train.images, train.labels, seed=0, on_event=watch)
    alone = make_model(family, settings).fit(train.images, train.labels, seed=0)
    for name, array in alone.state().items():
        assert np.allclose(watched.state()[name], array, atol=1e-4), name
    assert [snapshot.epoch for snapshot in seen] == list(range(1, len(seen) + 1))
    without_encoder = [snapshot.places is None for snapshot in seen]
    assert without_encoder == ([True, True, False, False] if family == "gan" else [False] * len(seen))
    without_decoder = [not snapshot.has_decoder for snapshot in seen]
    assert without_decoder == ([True, True, False, False] if family == "cnn" else [False] * len(seen))
    assert [not snapshot.samples.any() for snapshot in seen] == without_decoder
    assert len({snapshot.samples.tobytes() for snapshot in seen}) >= 2
    incomplete = [one or other for one, other in zip(without_encoder, without_decoder, strict=True)]
    assert [snapshot.reconstructions is None for snapshot in seen] == incomplete
    measured = [sorted(found) for found in errors]
    assert measured == [[] if lacks else ["held_out_mse", "train_mse"] for lacks in incomplete]
    error = float(((watched.reconstruct(shown) - shown) ** 2).mean())
    assert errors[-1]["train_mse"] == pytest.approx(error, rel=1e-4)


def test_a_run_is_stopped_within_two_seconds_and_leaves_nothing(folders):
    run_id = start_run(LONG)
    run = until(run_id, lambda run: len(run.events()) > 1)
    started = time.monotonic()
    stop_run(run_id)
    assert time.monotonic() - started < 2
    assert run.process is not None
    assert not is_alive(run.process)
    assert find_run(run_id).status is RunStatus.STOPPED
    assert not [path for path in (folders / "models").rglob("*") if path.is_file()]


def test_a_run_that_is_ended_by_hand_is_kept(folders):
    run_id = start_run(LONG)
    until(run_id, lambda run: len(run.events()) > 1)
    pause_run(run_id)
    finish_run(run_id)
    run = until(run_id, lambda run: run.is_over)
    n_epochs, planned = len(run.events()), run.events()[-1]["n_epochs"]
    assert n_epochs < planned
    assert (run.status, run.message) == (RunStatus.DONE, f"Stopped after epoch {n_epochs} of {planned:,}.")
    bundle = load_bundle(run.bundle_id, folders / "models")
    assert len(bundle.history) == n_epochs
    assert bundle.config["recipe"]["ended_early"][0]["epoch"] == n_epochs
    finish_run(run_id)
    assert find_run(run_id).status is RunStatus.DONE


def test_a_run_that_diverges_keeps_the_last_good_epoch():
    run_id = start_run(LONG)
    run = until(run_id, lambda run: len(run.events()) > 0)
    worker = Worker(run.folder)
    stop_run(run_id)
    problem = "The training diverged: mse is nan in epoch 3 of 9."
    with pytest.raises(EndTrainingPhase):
        worker(EpochEnd(phase="fit", epoch=2, n_epochs=9, losses={}, problem=problem))
    assert worker.notes == [f"{problem} The model is that of epoch 2."]


def test_a_paused_run_stands_still_and_goes_on():
    run_id = start_run(LONG)
    until(run_id, lambda run: len(run.events()) > 1)
    pause_run(run_id)
    time.sleep(0.3)
    assert is_paused(find_run(run_id))
    n_events = len(find_run(run_id).events())
    time.sleep(0.7)
    assert len(find_run(run_id).events()) == n_events
    resume_run(run_id)
    until(run_id, lambda run: len(run.events()) > n_events)
    assert not is_paused(find_run(run_id))
    pause_run(run_id)
    stop_run(run_id)
    assert find_run(run_id).status is RunStatus.STOPPED


def test_one_run_trains_at_a_time():
    first, second = start_run(LONG), start_run(LONG)
    until(first, lambda run: len(run.events()) > 1)
    assert [run.id for run in active_runs()] == [first, second]
    time.sleep(1)
    assert find_run(second).status is RunStatus.WAITING
    stop_run(first)
    until(second, lambda run: run.status is RunStatus.TRAINING)


def test_runs_of_a_group_train_at_the_same_time_and_others_wait():
    before = start_run(LONG)
    pair = start_runs([LONG, replace(LONG, family="vae", settings={"hidden": (16, 8)})])
    after = start_run(LONG)
    assert [runs_ahead(run_id) for run_id in (before, *pair, after)] == [0, 1, 1, 2]
    assert find_run(pair[0]).request.group == find_run(pair[1]).request.group != ""
    assert find_run(pair[1]).request.settings == {"hidden": (16, 8)}
    stop_run(before)
    for run_id in pair:
        until(run_id, lambda run: len(run.events()) > 0)
    stop_run(pair[0])
    time.sleep(1)
    assert find_run(after).status is RunStatus.WAITING
    stop_run(pair[1])
    until(after, lambda run: run.status is RunStatus.TRAINING)
    assert runs_ahead(before) is None


def test_of_a_group_all_are_started_or_none(monkeypatch):
    real, started = control._start_new, []

    def once(*arguments):
        if started:
            raise OSError("no space")
        started.append(real(*arguments))
        return started[0]

    monkeypatch.setattr(control, "_start_new", once)
    with pytest.raises(OSError, match="no space"):
        start_runs([LONG, LONG])
    with pytest.raises(UnknownNameError):
        find_run(started[0])
    with pytest.raises(ValueError, match="n_epochs is 0"):
        start_runs([LONG, replace(LONG, settings={"n_epochs": 0})])
    assert active_runs() == []


def test_a_killed_run_is_said_to_have_failed():
    run_id = start_run(LONG)
    run = until(run_id, lambda run: len(run.events()) > 0)
    assert run.process is not None
    os.kill(run.process, signal.SIGKILL)
    assert until(run_id, lambda run: run.is_over).status is RunStatus.FAILED
    assert "ended unexpectedly" in find_run(run_id).message
    assert active_runs() == []


def kill(run_id: str, is_met: Callable[[Run], bool]) -> Run:
    """Kill the process of a run once a condition is met; return the run as it is then."""
    run = until(run_id, is_met)
    assert run.process is not None
    os.kill(run.process, signal.SIGKILL)
    return until(run_id, lambda run: run.is_over)


def test_a_killed_run_goes_on_from_its_checkpoint(folders):
    request = RunRequest(dataset="digits", family="vae", latent_dim=2, minutes=0.08, name="mine")
    run_id = start_run(request)
    run = kill(run_id, lambda run: len(run.events()) > 2)
    n_before = run.n_epochs_kept
    assert run.can_continue
    assert 0 < n_before < len(run.events())  # the next checkpoint would come after 20 seconds
    kept = run.events()[:n_before]
    before = latest_snapshot(run.folder)
    assert before is not None
    continue_run(run_id)
    run = until(run_id, lambda run: run.is_over)
    assert (run.status, run.bundle_id) == (RunStatus.DONE, "digits/mine"), run.message
    events = run.events()
    assert [event["epoch"] for event in events] == list(range(1, events[0]["n_epochs"] + 1))
    assert events[:n_before] == kept
    seconds = [event["seconds"] for event in events]
    assert seconds == sorted(seconds)
    after = latest_snapshot(run.folder)
    assert after is not None
    assert after.epoch == len(events)
    bundle = load_bundle("digits/mine", folders / "models")
    assert [entry["losses"] for entry in bundle.history] == [event["losses"] for event in events]
    assert not (run.folder / CHECKPOINTS).exists()
    assert not run.can_continue
    recipe = request.recipe()
    recipe = replace(recipe, settings={**recipe.settings, "n_epochs": len(events)})
    alone = recipe.make_model().fit(load_dataset("digits", "train").images, seed=0)
    for name, array in round_to_half(alone).state().items():
        assert np.array_equal(bundle.model.state()[name], array), name


def test_a_run_killed_while_it_is_scored_is_scored_again_and_not_trained(folders):
    run_id = start_run(RunRequest(dataset="digits", family="ae", latent_dim=2, minutes=0.02, name="mine"))
    run = kill(run_id, lambda run: run.status is RunStatus.SCORING)
    events = run.events()
    assert run.n_epochs_kept == len(events) == events[0]["n_epochs"]
    continue_run(run_id)
    run = until(run_id, lambda run: run.is_over)
    assert run.status is RunStatus.DONE, run.message
    assert run.events() == events
    assert load_bundle("digits/mine", folders / "models").history[-1]["losses"] == events[-1]["losses"]


def test_a_run_killed_after_its_bundle_was_saved_is_done(folders):
    run_id = start_run(RunRequest(dataset="digits", family="pca", latent_dim=2, name="mine"))
    run = until(run_id, lambda run: run.is_over)
    write_json(run.folder / STATUS_FILE, {"status": RunStatus.SCORING, "message": "card", "process": 0})
    status = json.loads((run.folder / STATUS_FILE).read_text()) | process_facts(_ended_process())
    write_json(run.folder / STATUS_FILE, status)
    assert find_run(run_id).can_continue
    continue_run(run_id)
    run = until(run_id, lambda run: run.is_over)
    assert (run.status, run.bundle_id) == (RunStatus.DONE, "digits/mine")


def _ended_process() -> int:
    """Return the number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_a_model_is_kept_without_the_scores_that_are_not_measured_yet(folders):
    request = RunRequest(dataset="digits", family="ae", latent_dim=2, minutes=0.02, name="mine")
    run_id = start_run(request)
    until(run_id, lambda run: run.message.startswith("scores, 0%"))
    finish_run(run_id)
    run = until(run_id, lambda run: run.is_over)
    assert run.status is RunStatus.DONE, run.message
    assert "scoring was ended" in run.message
    assert not run.is_ending
    kept = load_bundle("digits/mine", folders / "models")
    assert len(kept.metrics) < len(load_bundle("digits/ae-d2", PRETRAINED).metrics)


def test_a_run_that_is_continued_waits_for_its_turn():
    first = start_run(LONG)
    kill(first, lambda run: len(run.events()) > 1)
    second = start_run(LONG)
    until(second, lambda run: run.status is RunStatus.TRAINING)
    continue_run(first)
    continue_run(first)  # it goes on already
    assert [run.id for run in active_runs()] == [second, first]
    stop_run(second)
    until(first, lambda run: run.status is RunStatus.TRAINING)
    stop_run(first)
    stopped = find_run(first)
    assert not stopped.can_continue
    assert not (stopped.folder / CHECKPOINTS).exists()
    continue_run(first)
    assert find_run(first).status is RunStatus.STOPPED


def test_a_run_with_a_damaged_checkpoint_fails_with_a_sentence():
    run_id = start_run(LONG)
    run = kill(run_id, lambda run: len(run.events()) > 1)
    (path,) = (run.folder / CHECKPOINTS).glob("seed-*")
    data = bytearray(path.read_bytes())
    data[-1000] ^= 1
    path.write_bytes(data)
    continue_run(run_id)
    run = until(run_id, lambda run: run.is_over)
    assert run.message.startswith("Its checkpoint is damaged")
    assert not run.can_continue


def test_a_run_that_failed_when_it_was_saved_can_go_on(folders):
    run_id = start_run(RunRequest(dataset="digits", family="ae", latent_dim=2, minutes=0.02, name="mine"))
    run = until(run_id, lambda run: len(run.events()) > 0)
    (folders / "models" / "digits" / "mine").mkdir(parents=True)  # in the way
    run = until(run_id, lambda run: run.is_over)
    assert "exists already" in run.message
    assert run.can_continue
    (folders / "models" / "digits" / "mine").rmdir()
    continue_run(run_id)
    assert until(run_id, lambda run: run.is_over).status is RunStatus.DONE


def test_another_process_of_the_same_number_is_not_the_run():
    run_id = start_run(LONG)
    run = kill(run_id, lambda run: len(run.events()) > 0)
    status = json.loads((run.folder / STATUS_FILE).read_text())
    write_json(run.folder / STATUS_FILE, status | {"process": os.getpid()})
    assert find_run(run_id).was_killed
    write_json(run.folder / STATUS_FILE, status | process_facts(os.getpid()))
    assert not find_run(run_id).is_over
    write_json(run.folder / STATUS_FILE, status)


def test_what_cannot_be_trained_says_why():
    with pytest.raises(ValueError, match="latent_dim"):
        start_run(RunRequest(dataset="digits", family="ae", latent_dim=0))
    run_id = start_run(RunRequest(dataset="nothing", family="ae", latent_dim=2))
    run = until(run_id, lambda run: run.is_over)
    assert run.status is RunStatus.FAILED
    assert "No dataset 'nothing'" in run.message


@pytest.mark.parametrize("run_id", ["", "..", "0" * 16, "../../etc", "0123456789abcdeg"])
def test_unknown_runs_are_named(run_id):
    with pytest.raises(UnknownNameError, match="no training run"):
        find_run(run_id)


def test_there_is_a_map_before_the_first_epoch_ends():
    run_id = start_run(replace(LONG, minutes=None, settings={"n_epochs": 1, "batch_size": 1}))
    run = until(run_id, lambda run: latest_snapshot(run.folder) is not None)
    snapshot = latest_snapshot(run.folder)
    assert snapshot is not None
    assert snapshot.places is not None
    assert not run.events()
    stop_run(run_id)
