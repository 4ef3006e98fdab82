"""What can be trained, and how a run is described, with run folders that no process writes."""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from dashboard.data import ownership, sweeping, upload_rules
from dashboard.data.catalogue import scanned_bundles
from dashboard.server.sessions import acting_for
from dashboard.train.services import choices, family_settings, pictures, progress
from latentcore.datasets.digits import DIGITS
from latentcore.datasets.own.add import add_dataset
from latentcore.exceptions import UnknownNameError
from latentcore.models import MODELS
from latentcore.recipes import make_recipe
from latentcore.runs import RunStatus, find_run, finish_run, remove_old_runs
from latentcore.runs.folder import REQUEST_FILE, STATUS_FILE
from latentcore.store import models_folder
from tests.dashboard.train.runs import GAN, PCA, VAE, critic_events, fit_events, write_run


@pytest.fixture(autouse=True)
def folders(tmp_path, monkeypatch):
    shutil.copytree(models_folder() / "digits" / "vae-d2", tmp_path / "models" / "digits" / "vae-d2")
    monkeypatch.setenv("LATENTCORE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("LATENTCORE_MODELS", str(tmp_path / "models"))
    monkeypatch.setattr(ownership, "_owners", {})
    monkeypatch.setattr(upload_rules, "is_own_machine", lambda: True)
    scanned_bundles.clear()
    yield tmp_path
    scanned_bundles.clear()


def words_of(run_id: str) -> str:
    run = find_run(run_id)
    return progress.progress_of(run, run.events()).words


def own_dataset(folder, session: str | None) -> str:
    images, labels = DIGITS.read("test", None)
    np.savez(folder / "a.npz", images=images, labels=labels)
    with acting_for(session):
        owner = ownership.session_token() if session else None
    return add_dataset("mine", folder / "a.npz", folder / "data", owner=owner).name


def test_datasets_are_those_whose_images_are_here():
    names = choices.trainable_datasets(is_hosted=False)
    assert "digits" in names
    assert "shapes" in names
    assert "mnist" not in names


def test_visitors_train_on_the_datasets_that_they_see(folders):
    name = own_dataset(folders, "one")
    with acting_for("one"):
        assert set(choices.trainable_datasets(is_hosted=True)) >= {"digits", name}
    with acting_for("two"):
        names = choices.trainable_datasets(is_hosted=True)
        assert "digits" in names
        assert name not in names


def test_a_visitors_run_makes_a_bundle_of_the_session(folders, monkeypatch):
    started = []
    monkeypatch.setattr(
        choices, "start_runs", lambda asked: started.extend(asked) or [*map(write_run, asked)]
    )
    monkeypatch.setattr(upload_rules, "is_own_machine", lambda: False)
    dataset = own_dataset(folders, "one")
    with acting_for("one"):
        token = ownership.session_token()
        (run_id,), problem = choices.start_training([VAE])
        assert problem is None
        assert progress.seen_run(str(run_id)) is not None
        assert choices.suggested_name("digits", "vae", 2) == "vae-d2-trained-2"
        assert "already" in str(choices.start_training([VAE])[1])
        assert choices.start_training([replace(VAE, dataset=dataset)])[1] is None
    with acting_for("two"):
        assert progress.seen_run(str(run_id)) is None
        assert progress.seen_active_runs() == []
        assert choices.suggested_name("digits", "vae", 2) == "vae-d2-trained"
    assert [run.bundle_id for run in started] == [
        f"digits/vae-d2-trained.session-{token}",
        f"{dataset}/vae-d2-trained",  # the dataset's name says whose it is
    ]


def test_a_visitors_run_ends_with_the_session(monkeypatch):
    monkeypatch.setattr("latentcore.runs.control._signal", lambda *_: None)  # its process is this one
    monkeypatch.setattr("latentcore.runs.control._await_end", lambda *_: None)
    monkeypatch.setattr(ownership, "is_connected", lambda session: session == "here")
    ids = {}
    for session in ("here", "gone"):
        with acting_for(session):
            name = ownership.stored_id("digits", "x", of_session=True).partition("/")[2]
        ids[session] = write_run(replace(VAE, name=name))
    sweeping.sweep()
    for run_id in ids.values():
        long_ago = time.time() - ownership.ABANDONED_SECONDS - 1
        os.utime(find_run(run_id).folder / REQUEST_FILE, (long_ago, long_ago))
    sweeping.sweep()
    assert find_run(ids["here"]).status is RunStatus.TRAINING
    with pytest.raises(UnknownNameError):
        find_run(ids["gone"])


def test_a_name_that_marks_a_visitors_bundle_cannot_be_chosen():
    problem = choices.name_problem("digits", "x.session-0123456789abcdef")
    assert "marks bundles of visitors" in str(problem)


def test_lda_is_offered_only_with_labels(folders):
    images, _ = DIGITS.read("test", None)
    np.savez(folders / "b.npz", images=images)
    add_dataset("plain", folders / "b.npz", folders / "data")
    assert "lda" in choices.families_of("digits")
    assert "lda" not in choices.families_of("plain")
    assert choices.most_dimensions("digits", "lda") == 9
    assert choices.most_dimensions("digits", "pca") == 64


@pytest.mark.parametrize(
    ("family", "trained"), [("pca", False), ("lda", False), ("vae", True), ("gan", True)]
)
def test_only_families_with_epochs_have_a_length(family, trained):
    assert choices.has_epochs(family) is trained


def test_the_suggested_name_overwrites_nothing():
    assert choices.suggested_name("digits", "vae", 2) == "vae-d2-trained"
    write_run(VAE)
    assert choices.suggested_name("digits", "vae", 2) == "vae-d2-trained-2"
    write_run(replace(VAE, name="vae-d2-trained-2"), RunStatus.WAITING)
    assert choices.suggested_name("digits", "vae", 2) == "vae-d2-trained-3"
    assert "already" in str(choices.name_problem("digits", "vae-d2"))
    assert "cannot be named" in str(choices.name_problem("digits", "../x"))
    assert choices.name_problem("digits", "mine") is None


def test_a_request_that_no_recipe_allows_is_a_sentence():
    ids, problem = choices.start_training([replace(VAE, latent_dim=0)])
    assert ids == []
    assert "latent_dim" in str(problem)
    ids, problem = choices.start_training([VAE, replace(VAE, name="vae-d2")])
    assert ids == []
    assert "already" in str(problem)


def test_a_pair_needs_room_and_two_names():
    names = {"ae": "one", "vae": "two"}
    asked = {"values": {"ae": {}, "vae": {"beta": 2.0}}, "latent_dim": 2, "minutes": 2.0, "seed": 3}
    requests, problem = choices.requests_for("digits", names=names, **asked)
    assert problem is None
    assert [(one.family, one.name, one.settings) for one in requests] == [
        ("ae", "one", {}),
        ("vae", "two", {"beta": 2.0}),
    ]
    assert "different names" in str(
        choices.requests_for("digits", names=dict.fromkeys(names, "a"), **asked)[1]
    )
    for _ in range(3):
        write_run(status=RunStatus.WAITING)
    assert "4 trainings at most" in str(choices.requests_for("digits", names=names, **asked)[1])
    assert choices.start_problem(1) is None


def test_settings_have_the_values_of_the_recipe_and_only_others_are_requested():
    fields = family_settings.setting_fields("digits", "vae", 2, "as the recipe")
    assert fields[0].name == "beta"
    values = {field.name: field.value for field in fields}
    assert family_settings.chosen_settings("digits", "vae", 2, values) == ({}, None)
    assert family_settings.chosen_settings("digits", "vae", 2, {**values, "beta": 3.0, "warmup": 0.5}) == (
        {"beta": 3.0, "warmup": 0.5},
        None,
    )
    for family in MODELS:
        found = family_settings.setting_fields("digits", family, 2, "as the recipe")
        assert all(field.label != field.name for field in found), family


def test_a_large_network_is_wider():
    fields = {field.name: field.value for field in family_settings.setting_fields("digits", "ae", 2, "large")}
    usual = make_recipe("digits", "ae", 2).make_model().settings.hidden
    chosen, _ = family_settings.chosen_settings("digits", "ae", 2, fields)
    assert chosen == {"hidden": tuple(round(1.5 * width) for width in usual)}
    assert not family_settings.has_size("pca")


@pytest.mark.parametrize(
    ("family", "values", "sentence"),
    [
        ("vae", {"beta": -1.0}, "Weight of the KL term (beta): -1.0; expected 0 to 1,000."),
        ("vae", {"n_epochs": 0}, "Epochs: 0; expected 1 to 100,000."),
        ("ae", {"hidden": "wide"}, "Hidden layers: 'wide'; expected widths of layers such as 128,64."),
        (
            "ae",
            {"channels": "8,8,8,8"},
            "4 convolutions halve an image 4 times, but 8x8 is no",
        ),
        ("gan", {"critic_channels": "8,8,8,8"}, "4 convolutions halve"),
        ("gan", {"generator_residual": True}, "A residual block needs convolutions"),
        ("dae", {"noise": 9.0}, "Noise: 9.0; expected 0 to 2."),
    ],
)
def test_settings_out_of_range_are_a_sentence(family, values, sentence):
    chosen, problem = family_settings.chosen_settings("digits", family, 2, values)
    assert chosen == {}
    assert str(problem).startswith(sentence)


def test_waiting_says_the_place_in_the_queue():
    first = write_run(age=20)
    second, third = (write_run(status=RunStatus.WAITING, age=age) for age in (10, 5))
    assert "place 2 of 3" in words_of(second)
    assert "place 3 of 3" in words_of(third)
    assert words_of(first).startswith("Preparing")
    (find_run(first).folder / STATUS_FILE).unlink()
    assert "about to begin" in words_of(first)


def test_training_says_epoch_pace_and_time_left():
    run_id = write_run(events=fit_events(10, of=50))
    assert words_of(run_id) == "Training: epoch 10 of 50, 0.5 s per epoch, about 20 s left."
    assert progress.progress_of(find_run(run_id), find_run(run_id).events()).share == 0.2


def test_a_gan_names_the_phase():
    assert "of the generator and critic" in words_of(write_run(GAN, events=critic_events(4)))
    assert words_of(write_run(GAN, events=critic_events(4))).endswith("left in this phase.")


def test_pca_has_no_epochs_and_scoring_has_stages():
    assert "closed form" in words_of(write_run(PCA))
    assert words_of(write_run(status=RunStatus.SCORING, message="plane")) == "Scoring: laying out the map."


def test_scoring_says_how_far_it_is_and_can_be_ended():
    run_id = write_run(status=RunStatus.SCORING, message="scores, 40%: neighbours", events=fit_events(3))
    shown = progress.progress_of(find_run(run_id), find_run(run_id).events())
    assert (shown.words, shown.share, shown.can_keep) == ("Scoring, 40% done: neighbours.", 0.4, True)
    finish_run(run_id)
    shown = progress.progress_of(find_run(run_id), find_run(run_id).events())
    assert (shown.words, shown.can_keep) == ("Scoring ends after this part; the model is kept.", False)


def test_a_pause_does_not_count_as_the_pace():
    events = fit_events(10)
    for event in events[5:]:
        event["seconds"] += 600
    assert progress.seconds_per_epoch(events) < 1
    assert progress.seconds_per_epoch(events[:1]) is None


@pytest.mark.parametrize(
    ("seconds", "words"), [(3.2, "3 s"), (89, "89 s"), (100, "2 minutes"), (7200, "2.0 hours")]
)
def test_times_in_words(seconds, words):
    assert progress.duration(seconds) == words


def test_long_loss_curves_are_thinned_out_and_keep_their_ends():
    table = progress.loss_table(fit_events(1500, of=1500))
    assert set(table["loss"]) == {"loss", "cross entropy", "KL divergence"}
    for _, curve in table.groupby("loss"):
        assert len(curve) <= progress.MOST_POINTS + 2
        assert (curve["epoch"].min(), curve["epoch"].max()) == (1, 1500)
    assert len(progress.loss_table(fit_events(7))) == 21
    assert progress.loss_table([]).empty


def test_the_error_on_train_and_held_out_images_replaces_the_training_mse():
    events = [{**event, "losses": {"mse": 0.3, "code_error": 1.0}} for event in fit_events(1000, of=1000)]
    assert set(progress.loss_table(events)["loss"]) == {"mse", "code error"}
    for event in events[::25]:
        event |= {"train_mse": 0.1, "held_out_mse": 0.2}
    table = progress.loss_table(events)
    assert list(table["loss"].unique()) == ["reconstruction error", "code error"]
    error = table[table["loss"] == "reconstruction error"]
    assert error.groupby("images")["value"].unique().to_dict() == {"train": [0.1], "held-out": [0.2]}
    assert error.groupby("images").size().to_dict() == {"train": 40, "held-out": 40}


def test_a_run_that_is_being_ended_says_so_and_can_be_kept_once_it_has_begun():
    run_id = write_run(events=fit_events(3))
    run = find_run(run_id)
    assert progress.progress_of(run, run.events()).can_keep
    finish_run(run_id)
    assert words_of(run_id) == "Stopping after this epoch; the model is kept."
    assert not progress.progress_of(run, run.events()).can_keep
    for other in (write_run(), write_run(status=RunStatus.SCORING, events=fit_events(3))):
        assert not progress.progress_of(find_run(other), find_run(other).events()).can_keep


def test_two_side_by_side_have_one_place_in_the_queue():
    write_run(age=20)
    pair = [write_run(replace(VAE, group="a"), RunStatus.WAITING, age=10) for _ in range(2)]
    last = write_run(status=RunStatus.WAITING, age=5)
    assert all("place 2 of 3" in words_of(run_id) for run_id in pair)
    assert "place 3 of 3" in words_of(last)


def test_the_frame_follows_the_points_in_steps():
    places = np.random.default_rng(0).standard_normal((500, 2)).astype(np.float32)
    first = pictures.next_frame(places, None)
    assert first.half > np.abs(places - places.mean(axis=0)).max() * 0.6
    second = pictures.next_frame(places * 10, first)
    assert first.half < second.half < 6 * first.half
    for _ in range(30):
        second = pictures.next_frame(places * 10, second)
    assert_allclose(second.half, 10 * first.half, rtol=1e-3)
    moved = pictures.next_frame(places + 100, first)  # as in the first epochs
    assert (np.abs(places + 100 - [moved.x, moved.y]) < moved.half).all(axis=1).mean() > 0.7
    assert pictures.next_frame(np.full((3, 2), np.nan, np.float32), first) == first
    assert pictures.next_frame(np.zeros((3, 2), np.float32), None).half > 0


def test_the_snapshot_becomes_points_and_strips():
    run = find_run(write_run(events=fit_events(3), snapshot=True))
    snapshot = pictures.snapshot_of(run)
    assert snapshot is not None
    classes = pictures.class_names("digits")
    points = pictures.map_points(snapshot, classes, pictures.next_frame(snapshot.places, None))
    assert len(points) == 500
    assert points[["x", "y"]].abs().lt(1).all(axis=1).mean() > 0.95
    assert list(points["class"][:3]) == [classes[label] for label in snapshot.labels[:3]]
    strips = pictures.image_strips(snapshot)
    assert strips.ratio == 8
    assert strips.originals == strips.reconstructions != strips.samples


def test_a_gan_has_samples_before_it_has_places():
    snapshot = pictures.snapshot_of(find_run(write_run(GAN, events=critic_events(3), snapshot=True)))
    assert snapshot is not None
    assert snapshot.places is None
    assert pictures.image_strips(snapshot).reconstructions is None
    assert pictures.snapshot_of(find_run(write_run())) is None


def test_a_cnn_has_places_before_it_has_samples():
    snapshot = pictures.snapshot_of(find_run(write_run(events=fit_events(3), snapshot=True)))
    assert snapshot is not None
    strips = pictures.image_strips(replace(snapshot, reconstructions=None))
    assert strips.originals
    assert strips.reconstructions is strips.samples is None


def test_a_run_on_the_dataset_of_another_session_is_not_seen(folders):
    name = own_dataset(folders, "one")
    run_id = write_run(replace(VAE, dataset=name))
    with acting_for("one"):
        assert progress.seen_run(run_id) is not None
        assert [run.id for run in progress.seen_active_runs()] == [run_id]
    with acting_for("two"):
        assert progress.seen_run(run_id) is None
        assert progress.seen_active_runs() == []
        assert progress.n_active_runs() == 1


def test_damaged_run_folders_are_not_seen():
    run_id = write_run()
    (find_run(run_id).folder / "request.json").write_text('{"created": 1}')
    assert progress.seen_run(run_id) is None


def test_runs_go_with_their_dataset(folders, monkeypatch):
    monkeypatch.setattr("latentcore.runs.control._signal", lambda *_: None)  # its process is this one
    monkeypatch.setattr("latentcore.runs.control._await_end", lambda *_: None)
    name = own_dataset(folders, "one")
    mine, other = write_run(replace(VAE, dataset=name)), write_run()
    sweeping.sweep()
    assert find_run(mine).status is RunStatus.TRAINING
    sweeping.remove_owned(name)
    with pytest.raises(UnknownNameError):
        find_run(mine)
    orphan = write_run(replace(VAE, dataset=name))
    sweeping.sweep()
    with pytest.raises(UnknownNameError):
        find_run(orphan)
    assert find_run(other).status is RunStatus.TRAINING


def test_runs_that_ended_a_day_ago_are_removed():
    old, new, active = write_run(status=RunStatus.DONE), write_run(status=RunStatus.FAILED), write_run()
    for run_id in (old, active):
        long_ago = time.time() - 25 * 3600
        os.utime(find_run(run_id).folder / STATUS_FILE, (long_ago, long_ago))
    remove_old_runs()
    with pytest.raises(UnknownNameError):
        find_run(old)
    assert find_run(new).status is RunStatus.FAILED
    assert find_run(active).status is RunStatus.TRAINING
