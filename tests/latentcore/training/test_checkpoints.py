"""Interrupted trainings go on from their checkpoint to the very same weights, and others' are refused."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

from latentcore.datasets import load_dataset
from latentcore.exceptions import CheckpointError, EndTrainingPhase, TrainingCancelled
from latentcore.models import LatentModel, make_model
from latentcore.training import Checkpoint, EpochEnd, loop
from latentcore.training.checkpoint import current_checkpoint, n_epochs_in
from latentcore.training.checkpoint_state import pack, unpack

CONVOLUTIONS = {"channels": (4, 8), "hidden": (16,), "n_epochs": 3}
GAN = {
    "generator_channels": (4, 8),
    "generator_hidden": (),
    "critic_channels": (4, 8),
    "critic_hidden": (),
    "inverter_channels": (4, 8),
    "inverter_hidden": (16,),
    "n_epochs": 3,
    "inversion_epochs": 2,
}
FAMILIES: list[tuple[str, dict[str, Any]]] = [
    ("ae", {**CONVOLUTIONS, "distorted_share": 0.5}),
    ("dae", {"hidden": (16,), "n_epochs": 3}),
    ("vae", CONVOLUTIONS),
    (
        "vae",
        {
            **CONVOLUTIONS,
            "aggregate_weight": 5.0,
            "binarised_share": 0.5,
            "distorted_share": 0.5,
            "gradient_limit": 1.0,
            "warmup": 0.9,
        },
    ),
    ("gan", {**GAN, "distorted_share": 0.5}),
    ("cnn", {"channels": (4, 8), "hidden": (16,), "n_epochs": 3, "inversion_epochs": 2}),
    ("transformer", {"width": 8, "hidden": (16,), "n_epochs": 3, "masked_share": 0.3}),
    ("flow", {**CONVOLUTIONS, "field_hidden": (16,), "flow_epochs": 3, "flow_batch_size": 64}),
    ("gan", {**GAN, "batch_norm": True, "gradient_penalty": 0.1, "generator_residual": True}),
    ("gan", {**GAN, "half_precision": True, "batch_norm": True, "gradient_penalty": 0.1}),
]
LABELS = np.arange(200, dtype=np.int64) % 5
"""Of supervised families; others do not look at them."""
TRAINING = {"settings": {"latent_dim": 2, "hidden": [16]}, "seed": 0, "version": "1"}


@pytest.fixture(scope="module")
def images():
    return load_dataset("shapes", "train").take(np.arange(200)).images


def fit(
    family: str,
    settings: dict[str, Any],
    images: np.ndarray,
    path: Path | None = None,
    *,
    n_before_the_end: int | None = None,
) -> tuple[LatentModel | None, list[EpochEnd]]:
    """Train with a checkpoint at each epoch; the model is None if it was interrupted after so many epochs."""
    heard: list[EpochEnd] = []

    def on_event(event: EpochEnd) -> None:
        if event.network is not None and len(heard) == n_before_the_end:
            raise TrainingCancelled("enough")
        heard.append(event)

    model = make_model(family, {"latent_dim": 3, **settings})
    if path is None:
        return model.fit(images, LABELS, seed=0, on_event=on_event), heard
    try:
        with Checkpoint(path, {"seed": 0}, save_seconds=0).active():
            return model.fit(images, LABELS, seed=0, on_event=on_event), heard
    except TrainingCancelled:
        return None, heard


def facts(events: list[EpochEnd]) -> list[tuple[Any, ...]]:
    return [(event.phase, event.epoch, event.n_epochs, event.losses) for event in events]


@pytest.mark.parametrize(("family", "settings"), FAMILIES)
def test_a_training_goes_on_to_the_same_bits(family, settings, images, tmp_path):
    whole, events = fit(family, settings, images)
    assert whole is not None
    path = tmp_path / "it.safetensors"
    for n in (1, len(events) - 1):
        before = n_epochs_in(path)
        stopped, heard = fit(family, settings, images, path, n_before_the_end=n)
        assert stopped is None
        assert facts(heard) == facts(events[:n])
        assert [event.network is None for event in heard] == [k < before for k in range(n)]
        assert n_epochs_in(path) == n
    resumed, heard = fit(family, settings, images, path)
    assert resumed is not None
    assert facts(heard) == facts(events)
    for name, array in whole.state().items():
        assert np.array_equal(resumed.state()[name], array), name


def test_a_finished_training_is_not_repeated(images, tmp_path):
    path = tmp_path / "it.safetensors"
    first, _ = fit("gan", GAN, images, path)
    written = path.stat().st_mtime_ns
    again, heard = fit("gan", GAN, images, path)
    assert first is not None
    assert again is not None
    assert all(event.network is None for event in heard)
    assert path.stat().st_mtime_ns == written
    assert all(np.array_equal(array, again.state()[name]) for name, array in first.state().items())


def test_a_checkpoint_is_written_after_the_first_and_the_last_epoch_and_not_too_often(images, tmp_path):
    path = tmp_path / "it.safetensors"
    seen: list[int] = []
    model = make_model("ae", {"latent_dim": 2, "hidden": (8,), "n_epochs": 4})
    with Checkpoint(path, TRAINING).active():
        model.fit(images, seed=0, on_event=lambda _: seen.append(n_epochs_in(path)))
    assert [*seen, n_epochs_in(path)] == [0, 1, 1, 1, 4]


def test_a_checkpoint_is_one_safetensors_file(images, tmp_path):
    fit("ae", CONVOLUTIONS, images, tmp_path / "it.safetensors")
    (file,) = tmp_path.iterdir()
    arrays = load_file(file)
    assert arrays["random_state"].dtype == np.uint8
    assert arrays["network/encoder.1.weight"].shape == (4, 1, 4, 4)
    assert arrays["optimiser/state/0/exp_avg"].shape == (4, 1, 4, 4)


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        ({"seed": 1}, r"seed was 0, and is 1"),
        ({"version": "2"}, r"version was 1, and is 2"),
        ({"settings": {"latent_dim": 2, "hidden": (16, 8)}}, r"hidden was \[16\], and is \[16, 8\]"),
        ({"settings": {"latent_dim": 2}}, r"hidden was \[16\], and is None"),
        ({"torch": None}, r"torch was 99\.0\.0, and is "),
    ],
)
def test_a_checkpoint_of_another_training_is_refused(change, difference, images, tmp_path, monkeypatch):
    path = tmp_path / "it.safetensors"
    if "torch" in change:
        monkeypatch.setattr(torch, "__version__", "99.0.0")
        change = {}
    with Checkpoint(path, TRAINING).active():
        make_model("ae", {"latent_dim": 2, "hidden": (16,), "n_epochs": 1}).fit(images, seed=0)
    Checkpoint(path, TRAINING)
    monkeypatch.undo()
    with pytest.raises(CheckpointError, match=f"belongs to another training .{difference}"):
        Checkpoint(path, TRAINING | change)


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "text", "header"])
def test_a_damaged_checkpoint_is_refused_with_one_sentence(damage, images, tmp_path):
    path = tmp_path / "it.safetensors"
    fit("ae", CONVOLUTIONS, images, path)
    data = bytearray(path.read_bytes())
    flipped = data.copy()
    flipped[-100] ^= 1
    header = data.copy()
    header[header.index(b"cpu_seconds") + 20] ^= 1
    broken = {"cut": data[:-50], "flipped": flipped, "empty": b"", "text": b"hello" * 100, "header": header}
    path.write_bytes(broken[damage])
    with pytest.raises(CheckpointError, match=r"it\.safetensors is damaged \(.+\); remove it") as caught:
        Checkpoint(path, {"seed": 0})
    assert "\n" not in str(caught.value)


def test_a_checkpoint_that_does_not_fit_the_network_is_refused(images, tmp_path):
    path = tmp_path / "it.safetensors"
    fit("ae", CONVOLUTIONS, images, path)
    with pytest.raises(CheckpointError, match="is damaged"):
        fit("ae", {**CONVOLUTIONS, "hidden": (24,)}, images, path)


def test_a_training_outlives_a_folder_that_cannot_be_written(images, tmp_path):
    model, events = fit("ae", CONVOLUTIONS, images, tmp_path / "gone" / "it.safetensors")
    assert model is not None
    assert len(events) == 3
    assert not (tmp_path / "gone").exists()


def test_the_block_ends_with_an_error(tmp_path):
    checkpoint = Checkpoint(tmp_path / "it.safetensors", TRAINING)
    with pytest.raises(CheckpointError, match="is damaged"), checkpoint.active():
        Checkpoint(current_checkpoint().path.parent, TRAINING)
    assert current_checkpoint() is None


def test_a_state_is_packed_and_unpacked():
    state = {"a": [1, 2.5, None, True], 3: (torch.arange(3), "x"), "nested": {"b": {}}, "inf": float("inf")}
    tensors: dict[str, torch.Tensor] = {}
    found = unpack(pack(state, tensors, "it"), tensors)
    assert list(found) == list(state)
    assert found["a"] == state["a"]
    assert isinstance(found[3], tuple)
    assert torch.equal(found[3][0], torch.arange(3))
    assert found["inf"] == float("inf")
    with pytest.raises(TypeError, match="it/a is a set"):
        pack({"a": {1}}, tensors, "it")


def ending(phases: dict[str, int], n_before_the_end: int | None = None):
    """Return a handler that ends phases after an epoch, and interrupts the training after so many epochs."""
    heard: list[EpochEnd] = []

    def on_event(event: EpochEnd) -> None:
        if len(heard) == n_before_the_end and not event.is_past:
            raise TrainingCancelled("enough")
        heard.append(event)
        if event.problem or phases.get(event.phase) == event.epoch:
            raise EndTrainingPhase

    return on_event, heard


@pytest.mark.parametrize("phases", [{"adversarial": 2}, {"adversarial": 2, "inversion": 1}])
def test_a_phase_that_was_ended_early_stays_ended(phases, images, tmp_path):
    whole = make_model("gan", {"latent_dim": 3, **GAN}).fit(images, seed=0, on_event=ending(phases)[0])
    for n in (1, 2, None):
        on_event, heard = ending(phases, n)
        model = make_model("gan", {"latent_dim": 3, **GAN})
        with (
            suppress(TrainingCancelled),
            Checkpoint(tmp_path / "it.safetensors", TRAINING, save_seconds=0).active(),
        ):
            model.fit(images, seed=0, on_event=on_event)
    assert [event.epoch for event in heard] == [1, 2, *range(1, phases.get("inversion", 2) + 1)]
    for name, array in whole.state().items():
        assert np.array_equal(model.state()[name], array), name


def test_the_weights_before_a_divergence_come_back_after_an_interruption(images, tmp_path, monkeypatch):
    settings = {"latent_dim": 3, **CONVOLUTIONS}
    path = tmp_path / "it.safetensors"
    with pytest.raises(TrainingCancelled), Checkpoint(path, TRAINING, save_seconds=0).active():
        make_model("ae", settings).fit(images, seed=0, on_event=ending({}, 2)[0])
    monkeypatch.setattr(loop, "_divergence", lambda *_: "mse is nan")
    kept, heard = make_model("ae", settings), []
    for _ in range(2):  # the second time, nothing is trained
        on_event, heard = ending({})
        with Checkpoint(path, TRAINING, save_seconds=0).active():
            kept.fit(images, seed=0, on_event=on_event)
    assert [event.is_past for event in heard] == [True, True]
    monkeypatch.undo()
    ended = make_model("ae", settings).fit(images, seed=0, on_event=ending({"fit": 2})[0])
    assert all(np.array_equal(array, kept.state()[name]) for name, array in ended.state().items())
