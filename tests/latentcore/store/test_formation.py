"""The record of how a space formed: what is kept, what it costs, and what a damaged one ends in."""

from __future__ import annotations

import io
import shutil
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from latentcore.bundling import train_bundle
from latentcore.bundling.fitting import record_formation
from latentcore.bundling.recording import MAX_EPOCHS, FormationRecorder, History
from latentcore.datasets import load_dataset
from latentcore.exceptions import BundleError
from latentcore.models import make_model
from latentcore.recipes import make_recipe
from latentcore.store import add_formation, load_bundle, models_folder, read_formation
from latentcore.store.bundle import FORMATION_FILE
from latentcore.store.formation import MAX_BYTES, Formation, Moment, formation_npz
from latentcore.training import EarlyStep, EpochEnd
from tests.fuzzing import FUZZ, spoilt_bytes
from tests.latentcore.store.test_store import reseal

SETTINGS = {
    "ae": {"n_epochs": 5},
    "vae": {"n_epochs": 3},
    "gan": {"n_epochs": 2, "inversion_epochs": 2},
}


def moments(n: int, *, n_codes: int = 500, side: int = 28, channels: int = 1) -> list[Moment]:
    rng = np.random.default_rng(0)
    images = rng.integers(0, 255, (n, 2, 8, channels, side, side), np.uint8)
    places = rng.normal(size=(n, n_codes, 2)).astype(np.float32)
    return [
        Moment(time=float(k), places=places[k], reconstructions=images[k, 0], samples=images[k, 1])
        for k in range(n)
    ]


def read(data: bytes, tmp_path, bundle_id: str = "digits/pca-d2") -> Formation:
    shutil.copytree(models_folder() / bundle_id, tmp_path / bundle_id)
    bundle = load_bundle(bundle_id, tmp_path)
    add_formation(bundle.spec, data)
    again = load_bundle(bundle_id, tmp_path)
    found = read_formation(again.spec, bundle.image_shape, len(bundle.test))
    assert found is not None
    return found


@pytest.mark.parametrize("family", sorted(SETTINGS))
def test_recording_does_not_change_what_is_learned(family):
    train, test = load_dataset("digits", "train"), load_dataset("digits", "test")
    settings = {"latent_dim": 2, **SETTINGS[family]}
    watched = make_model(family, settings)
    watched.fit(train.images, train.labels, seed=0, on_event=History(None, FormationRecorder(test, 2)))
    alone = make_model(family, settings).fit(train.images, train.labels, seed=0)
    for name, array in alone.state().items():
        assert np.array_equal(watched.state()[name], array), name


def test_the_last_moment_is_the_map_itself_and_the_first_is_before_the_first_step(tmp_path, monkeypatch):
    recipe = replace(make_recipe("digits", "ae", 2), settings={"n_epochs": 5})
    train_bundle(recipe, tmp_path, record=True)
    bundle = load_bundle("digits/ae-d2", tmp_path)
    found = read_formation(bundle.spec, bundle.image_shape, len(bundle.test))
    assert found is not None
    assert bundle.spec.is_recorded
    assert not found.is_second_run
    assert found.history == bundle.history
    assert found.times[0] == 0
    assert found.times[-1] == 5
    assert (np.diff(found.times) > 0).all()
    assert ((found.times > 0) & (found.times < 1)).sum() >= 3
    extent = np.ptp(found.places[-1], axis=0)
    assert (np.abs(found.places[-1] - bundle.test.codes[found.rows]) < 0.01 * extent).all()
    assert np.abs(found.places[0] - found.places[-1]).max() > 0.1 * extent.max()
    labels = bundle.test.labels[found.image_rows]
    assert len(set(labels.tolist())) == 8


def test_a_gan_has_no_places_before_its_inversion_network(tmp_path):
    train, test = load_dataset("digits", "train"), load_dataset("digits", "test")
    history = History(None, FormationRecorder(test, 2))
    make_model("gan", {"latent_dim": 2, **SETTINGS["gan"]}).fit(train.images, None, seed=0, on_event=history)
    data = history.formation()
    assert data is not None
    found = read(data, tmp_path)
    assert not found.has_places[found.times < 2].any()
    assert found.has_places[found.times > 2].all()
    assert (found.places[~found.has_places] == 0).all()


@pytest.mark.parametrize(
    ("n", "side", "channels", "n_codes"), [(240, 28, 1, 500), (60, 64, 3, 500), (500, 8, 1, 12)]
)
def test_a_record_fits_into_its_limit_and_keeps_first_and_last(tmp_path, n, side, channels, n_codes):
    taken = moments(n, side=side, channels=channels, n_codes=n_codes)
    data = formation_npz(taken, np.arange(n_codes), np.arange(8), [])
    assert len(data) <= MAX_BYTES
    with np.load(io.BytesIO(data)) as arrays:
        assert arrays["times"][0] == 0
        assert arrays["times"][-1] == n - 1
        sheet = Image.open(io.BytesIO(arrays["sheet"].tobytes()))
        assert sheet.size == (16 * side, len(arrays["times"]) * side)


def test_many_epochs_are_thinned_evenly():
    test = load_dataset("digits", "test")
    recorder, network = FormationRecorder(test, 2), make_network()
    for epoch in range(1, 1001):
        recorder(EpochEnd(phase="fit", epoch=epoch, n_epochs=1000, losses={}, network=network))
    data = recorder.formation_npz([])
    assert data is not None
    with np.load(io.BytesIO(data)) as arrays:
        times = arrays["times"]
    assert MAX_EPOCHS / 4 < len(times) <= MAX_EPOCHS + 1
    assert times[-1] == 1000
    assert len(set(np.diff(times[:-1]).tolist())) == 1


def make_network():
    train = load_dataset("digits", "train")
    model = make_model("ae", {"latent_dim": 2, "n_epochs": 1})
    return model.fit(train.images[:100], None, seed=0).network_


def test_a_recorder_without_moments_has_no_record():
    recorder = FormationRecorder(load_dataset("digits", "test"), 2)
    assert recorder.formation_npz([]) is None
    recorder.on_early_step(EarlyStep(phase="fit", share=0.0, network=make_network()))
    assert recorder.formation_npz([]) is None


def test_a_bundle_is_recorded_by_training_it_once_more(tmp_path):
    recipe = replace(make_recipe("digits", "ae", 2), settings={"n_epochs": 3})
    train_bundle(recipe, tmp_path)
    before = load_bundle("digits/ae-d2", tmp_path)
    assert read_formation(before.spec, before.image_shape, len(before.test)) is None
    assert record_formation(before)
    after = load_bundle("digits/ae-d2", tmp_path)
    assert after.spec.is_recorded
    assert after.metrics == before.metrics
    for name, array in before.model.state().items():
        assert np.array_equal(after.model.state()[name], array)


def test_other_weights_make_it_a_second_run(tmp_path):
    recipe = replace(make_recipe("digits", "ae", 2), settings={"n_epochs": 3})
    train_bundle(recipe, tmp_path)
    bundle = load_bundle("digits/ae-d2", tmp_path)
    bundle.config["recipe"]["seed"] = 1  # type: ignore[index]
    assert not record_formation(bundle)
    again = load_bundle("digits/ae-d2", tmp_path)
    found = read_formation(again.spec, again.image_shape, len(again.test))
    assert found is not None
    assert found.is_second_run


def test_a_model_without_epochs_cannot_be_recorded(tmp_path):
    train_bundle(make_recipe("digits", "pca", 2), tmp_path)
    with pytest.raises(ValueError, match="not trained in epochs"):
        record_formation(load_bundle("digits/pca-d2", tmp_path))


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("times", np.array([0, 2, 1], np.float32), "not in the order of time"),
        ("times", np.zeros(0, np.float32), "holds 0 moments"),
        ("rows", np.full(500, 10**6), "test images that the bundle does not have"),
        ("image_rows", np.full(8, -1), "test images that the bundle does not have"),
        ("places", np.zeros((3, 4, 2), np.uint16), "'places' has shape"),
        ("frame", np.full((2, 2), np.nan, np.float32), "frame"),
        ("sheet", np.zeros(10, np.uint8), "images cannot be read"),
        ("history", np.frombuffer(b"{}", np.uint8), "epochs"),
        ("history", np.frombuffer(b"[", np.uint8), "not valid JSON"),
    ],
)
def test_a_record_that_does_not_fit_is_refused(tmp_path, name, value, sentence):
    data = formation_npz(moments(3, side=8), np.arange(500) % 300, np.arange(8), [])
    with np.load(io.BytesIO(data)) as archive:
        arrays = {**archive, name: value}
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    with pytest.raises(BundleError, match=sentence):
        read(buffer.getvalue(), tmp_path)


RECORD = formation_npz(moments(3, side=8), np.arange(500) % 300, np.arange(8), [])


@FUZZ
@given(data=st.data())
def test_a_damaged_record_is_one_sentence(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("models") / "digits" / "pca-d2"
    shutil.copytree(models_folder() / "digits" / "pca-d2", folder)
    reseal(folder, FORMATION_FILE, data.draw(spoilt_bytes([RECORD])))
    bundle = load_bundle("digits/pca-d2", folder.parents[1])
    try:
        found = read_formation(bundle.spec, bundle.image_shape, len(bundle.test))
    except BundleError as error:
        assert str(error)  # noqa: PT017 - damage that does not show is no error
    else:
        assert found is not None
