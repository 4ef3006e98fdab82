"""The page Train in each state of a run, with run folders that no process writes."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace

import numpy as np
import pytest

from dashboard.data import ownership, upload_rules
from dashboard.train.services import progress
from latentcore.datasets.digits import DIGITS
from latentcore.datasets.own.add import add_dataset
from latentcore.runs import RunStatus, active_runs, find_run
from latentcore.store import models_folder
from tests.dashboard.pages import notices_of, open_page, text_of
from tests.dashboard.train.runs import GAN, PCA, VAE, critic_events, fit_events, write_run

pytestmark = pytest.mark.own_datasets


@pytest.fixture(autouse=True)
def folders(tmp_path, monkeypatch):
    for name in ("vae-d2", "pca-d2"):
        shutil.copytree(models_folder() / "digits" / name, tmp_path / "models" / "digits" / name)
    monkeypatch.setenv("LATENTCORE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("LATENTCORE_MODELS", str(tmp_path / "models"))
    monkeypatch.setattr(upload_rules, "is_own_machine", lambda: True)
    return tmp_path


def html_of(app) -> str:
    return " ".join(element.body for element in app.get("html"))


def labels_of(app) -> list[str]:
    return [button.label for button in app.button]


def progress_text(app) -> str:
    return str(app.get("progress")[0].proto.text)


def n_charts(app) -> int:
    return len(app.get("arrow_vega_lite_chart")) + len(app.get("vega_lite_chart"))


def finish(name: str) -> None:
    """Put a bundle of this name beside the shipped one."""
    folder = models_folder() / "digits" / name
    shutil.copytree(models_folder() / "digits" / "vae-d2", folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"id": f"digits/{name}"}))


def test_the_form_starts_a_run_and_puts_it_into_the_address(monkeypatch):
    started = []
    monkeypatch.setattr(
        "dashboard.train.services.choices.start_runs",
        lambda requests: started.extend(requests) or [write_run(request) for request in requests],
    )
    app = open_page("train")
    next(button for button in app.button if button.label == "Start training").click().run()
    assert not app.exception
    (request,) = started
    assert (request.dataset, request.family, request.latent_dim) == ("digits", "vae", 2)
    assert (request.minutes, request.seed, request.name) == (2.0, 0, "vae-d2-trained")
    assert request.settings == {}
    assert find_run(app.query_params["run"]).request == request
    assert "Pause" in labels_of(app)


def test_a_run_that_cannot_be_started_says_why(monkeypatch):
    def full(_request):
        raise OSError("no space")

    monkeypatch.setattr("dashboard.train.services.choices.start_runs", full)
    app = open_page("train")
    next(button for button in app.button if button.label == "Start training").click().run()
    assert not app.exception
    assert any("free some space" in notice for notice in notices_of(app))


def test_settings_are_requested_and_those_out_of_range_start_nothing(monkeypatch):
    started = []
    monkeypatch.setattr(
        "dashboard.train.services.choices.start_runs",
        lambda requests: started.extend(requests) or [write_run(request) for request in requests],
    )
    app = open_page("train")
    (beta,) = [one for one in app.number_input if one.label == "Weight of the KL term (beta)"]
    beta.set_value(-2.0).run()
    assert notices_of(app) == ["Weight of the KL term (beta): -2.0; expected 0 to 1,000."]
    assert next(button for button in app.button if button.label == "Start training").disabled
    beta = next(one for one in app.number_input if one.label == beta.label)
    beta.set_value(2.5).run()
    size = next(group for group in app.get("button_group") if group.label == "Size of the network")
    size.set_value("small").run()
    next(button for button in app.button if button.label == "Start training").click().run()
    assert not app.exception
    (request,) = started
    assert set(request.settings) == {"beta", "hidden"}
    assert request.settings["beta"] == 2.5


def test_two_models_are_started_together_and_watched_side_by_side(monkeypatch):
    started = []
    monkeypatch.setattr(
        "dashboard.train.services.choices.start_runs",
        lambda requests: started.extend(requests) or [write_run(request) for request in requests],
    )
    app = open_page("train")
    app.toggle("train_pair").set_value(True).run()
    next(button for button in app.button if button.label == "Start training").click().run()
    assert not app.exception
    assert [(one.family, one.name) for one in started] == [("vae", "vae-d2-trained"), ("ae", "ae-d2-trained")]
    assert len(app.query_params["run"]) == 2
    assert labels_of(app).count("Pause") == 2


def test_two_runs_have_a_map_losses_and_images_each():
    ids = [
        write_run(events=fit_events(9), snapshot=True),
        write_run(GAN, events=critic_events(3), snapshot=True),
    ]
    app = open_page("train", run=ids)
    assert not app.exception
    assert n_charts(app) == 1 + 3 + 2  # maps, and losses of a VAE and a GAN, which has no map yet
    assert html_of(app).count("<img") == 5
    texts = [str(bar.proto.text).replace("\\", "") for bar in app.get("progress")]
    assert [text[:17] for text in texts] == ["Training: epoch 9", "Training: epoch 3"]
    assert "critic ends after this epoch" in text_of(app)
    assert app.query_params["run"] == ids


def test_of_two_runs_that_are_over_both_models_can_be_compared():
    for name in ("vae-d2-trained", "other"):
        finish(name)
    ids = [
        write_run(status=RunStatus.DONE, events=fit_events(5), snapshot=True, bundle_id=f"digits/{name}")
        for name in ("vae-d2-trained", "other")
    ]
    app = open_page("train", run=ids)
    assert [link.proto.label for link in app.get("page_link")] == ["Compare both"]
    assert "models=vae-d2-trained&models=other" in app.get("page_link")[0].proto.query_string
    assert len(app.success) == 2
    assert n_charts(app) == 2 * (1 + 3)
    one = write_run(status=RunStatus.STOPPED)
    app = open_page("train", run=[ids[0], one])
    assert not app.get("page_link")
    assert "nothing of it was kept" in app.info[0].value


def test_of_two_runs_one_may_be_unknown_and_of_three_two_are_shown():
    ids = [write_run(events=fit_events(2)) for _ in range(3)]
    app = open_page("train", run=[ids[0], "0" * 16])
    assert any("There is no training run" in notice for notice in notices_of(app))
    assert labels_of(app).count("Pause") == 1
    app = open_page("train", run=ids)
    assert any("at most" in notice for notice in notices_of(app))
    assert labels_of(app).count("Pause") == 2


def test_pca_has_no_length():
    app = open_page("train")
    families = next(group for group in app.get("button_group") if group.label == "Model")
    assert any(group.label == "How long" for group in app.get("button_group"))
    families.set_value("pca").run()
    assert not app.exception
    assert not any(group.label == "How long" for group in app.get("button_group"))


def test_a_visitor_trains_a_model_that_only_the_visitor_sees(monkeypatch):
    started = []
    monkeypatch.setenv("LATENTCORE_UPLOADS", "50")
    monkeypatch.setattr(
        "dashboard.train.services.choices.start_runs",
        lambda asked: started.extend(asked) or [*map(write_run, asked)],
    )
    app = open_page("train")
    assert "Only you see the model" in text_of(app)
    next(button for button in app.button if button.label == "Start training").click().run()
    (request,) = started
    name, _, token = request.name.partition(".session-")
    assert (name, len(token)) == ("vae-d2-trained", 16)
    assert progress_text(app)
    (run_id,) = [run.id for run in active_runs()]
    monkeypatch.setattr(ownership, "_owners", {})  # another visitor
    other = open_page("train", run=run_id)
    assert notices_of(other) == [f"There is no training run “{run_id[:20]}” here; it may have been removed."]
    assert "1 run of other visitors" in text_of(other)


def test_active_runs_are_listed_below_the_form():
    write_run(events=fit_events(3))
    app = open_page("train")
    assert "Under way" in text_of(app)
    assert "epoch 3 of 50" in text_of(app)
    assert len(app.get("page_link")) == 1


def test_two_runs_side_by_side_are_listed_with_one_link_to_both():
    pair = [write_run(replace(request, group="both"), events=fit_events(3)) for request in (VAE, PCA)]
    app = open_page("train")
    (link,) = app.get("page_link")
    assert " beside " in link.proto.label
    assert all(f"run={run_id}" in link.proto.query_string for run_id in pair)


def test_a_waiting_run_says_its_place():
    write_run(age=60)
    app = open_page("train", run=write_run(status=RunStatus.WAITING))
    assert "place 2 of 2" in progress_text(app)
    assert "when the training begins" in html_of(app)
    assert "Stop" in labels_of(app)


def test_a_training_run_shows_map_losses_and_images():
    run_id = write_run(events=fit_events(9), snapshot=True)
    app = open_page("train", run=run_id)
    assert "epoch 9 of 50" in progress_text(app)
    assert n_charts(app) == 1 + 3  # the map, and a curve for each loss
    assert html_of(app).count("<img") == 3
    assert app.query_params["run"] == run_id


def test_lines_of_train_and_held_out_images_have_their_names():
    events = [{**event, "held_out_mse": 0.06, "train_mse": 0.05} for event in fit_events(3)]
    shown = html_of(open_page("train", run=write_run(events=events)))
    assert shown.count(">train images</span>") == shown.count(">held-out images</span>") == 1
    assert "images</span>" not in html_of(open_page("train", run=write_run(events=fit_events(3))))


def test_a_gan_says_why_there_is_no_map_yet():
    app = open_page("train", run=write_run(GAN, events=critic_events(4), snapshot=True))
    assert "a GAN has no encoder of its own" in html_of(app)
    assert n_charts(app) == 2  # critic and generator
    assert html_of(app).count("<img") == 2


def test_a_link_to_the_form_leaves_the_run_that_was_looked_at():
    app = open_page("train", run=write_run(events=fit_events(2)))
    assert "Pause" in labels_of(app)
    app.query_params["run"] = "new"
    app.run()
    assert "Start training" in labels_of(app)
    assert not app.warning
    assert "run" not in app.query_params


def test_an_own_dataset_without_models_links_to_the_form(tmp_path):
    images, labels = DIGITS.read("test", None)
    np.savez(tmp_path / "a.npz", images=images, labels=labels)
    add_dataset("mine", tmp_path / "a.npz", tmp_path / "data")
    app = open_page("data")
    assert [link.proto.label for link in app.get("page_link")] == ["Train a model"]
    assert "latentcore train mine" in app.code[0].value
    assert open_page("train", dataset="mine").selectbox("train_dataset").value == "mine"


def test_training_can_be_switched_off(monkeypatch):
    monkeypatch.setenv("LATENTCORE_TRAINING", "off")
    app = open_page("train")
    assert any("switched off" in notice for notice in notices_of(app))
    assert next(button for button in app.button if button.label == "Start training").disabled


def test_a_full_queue_takes_no_more_runs():
    for _ in range(4):
        write_run(status=RunStatus.WAITING)
    app = open_page("train")
    assert any("try again" in notice for notice in notices_of(app))
    assert next(button for button in app.button if button.label == "Start training").disabled


def test_a_model_without_epochs_says_so():
    app = open_page("train", run=write_run(PCA))
    assert "computed in one step" in html_of(app)
    assert n_charts(app) == 0


def test_pause_go_on_and_stop_reach_the_run(monkeypatch):
    done = []
    for name in ("pause", "resume"):
        target = f"dashboard.train.run_controls.{name}_run"
        monkeypatch.setattr(target, lambda _, name=name: done.append(name))
    monkeypatch.setattr("dashboard.train.run_controls.stop_run", lambda _: done.append("stop"))
    monkeypatch.setattr("dashboard.train.run_controls.finish_run", lambda _: done.append("keep"))
    run_id = write_run(events=fit_events(2))
    app = open_page("train", run=run_id)
    app.button("run_pause").click().run()
    monkeypatch.setattr(progress, "is_paused", lambda _: True)
    app.run()
    assert progress_text(app).startswith("Paused.")
    app.button("run_pause").click().run()
    app.button("run_keep").click().run()
    app.button("run_stop_sure").click().run()
    assert not app.exception
    assert done == ["pause", "resume", "keep", "stop"]


def test_a_run_that_has_not_begun_is_thrown_away_without_a_question(monkeypatch):
    done = []
    monkeypatch.setattr("dashboard.train.run_controls.stop_run", done.append)
    run_id = write_run()
    open_page("train", run=run_id).button("run_stop").click().run()
    assert done == [run_id]


def test_stop_asks_whether_the_model_is_kept():
    app = open_page("train", run=write_run(events=fit_events(2)))
    assert "nothing of it is kept" in text_of(app)
    assert labels_of(app)[1:3] == ["Stop and keep", "Throw away"]
    app = open_page("train", run=write_run(status=RunStatus.SCORING, events=fit_events(2), age=100))
    assert "Stop and keep" not in labels_of(app)
    assert "Throw away" in labels_of(app)
    scored = write_run(
        status=RunStatus.SCORING, events=fit_events(2), age=100, message="scores, 10%: neighbours"
    )
    app = open_page("train", run=scored)
    assert labels_of(app)[1:3] == ["Keep without the rest", "Throw away"]


def test_a_model_that_was_stopped_and_kept_says_how_far_it_came():
    finish("vae-d2-trained")
    run = {"bundle_id": "digits/vae-d2-trained", "message": "Stopped after epoch 9 of 50."}
    app = open_page("train", run=write_run(status=RunStatus.DONE, events=fit_events(9), **run))
    assert app.success[0].value.endswith("Stopped after epoch 9 of 50.")


def test_a_finished_run_is_in_the_catalogue_at_once():
    open_page("explore")  # which scans the models
    finish("vae-d2-trained")
    run_id = write_run(
        status=RunStatus.DONE, events=fit_events(50), snapshot=True, bundle_id="digits/vae-d2-trained"
    )
    app = open_page("train", run=run_id)
    assert "every page shows it" in app.success[0].value
    assert [link.proto.label for link in app.get("page_link")] == ["Explore its map", "Compare with vae-d2"]
    assert n_charts(app) == 1 + 3  # the map, and a curve for each loss
    explored = open_page("explore", model="vae-d2-trained")
    assert not explored.warning
    next(button for button in app.button if button.label == "Train another model").click().run()
    assert "Start training" in labels_of(app)
    assert "run" not in app.query_params


def test_a_finished_run_whose_model_was_removed_says_so():
    app = open_page("train", run=write_run(status=RunStatus.DONE, bundle_id="digits/gone"))
    assert "has been removed since" in app.info[0].value


def test_a_failed_run_says_why_without_rendering_it():
    app = open_page("train", run=write_run(status=RunStatus.FAILED, message="The *loss* is not finite."))
    assert app.error[0].value == r"The training failed. The \*loss\* is not finite."


def test_a_stopped_run_says_that_nothing_was_kept():
    app = open_page("train", run=write_run(status=RunStatus.STOPPED))
    assert "nothing of it was kept" in app.info[0].value


@pytest.mark.parametrize(
    "run", ["", "0" * 16, "../../etc/passwd", "<script>", "a" * 5000, "%00", "💥", "*a*"]
)
def test_an_unknown_run_is_a_sentence(run):
    app = open_page("train", run=run)
    assert not app.error
    assert any("There is no training run" in notice for notice in notices_of(app))
    assert all(len(notice) < 200 for notice in notices_of(app))
    assert "Start training" in labels_of(app)


def test_a_run_on_the_dataset_of_another_session_is_unknown():
    other = write_run(VAE.__class__(dataset=f"mine-{os.urandom(8).hex()}", family="vae", latent_dim=2))
    app = open_page("train", run=other)
    assert any("There is no training run" in notice for notice in notices_of(app))
    assert "1 run of other visitors" in text_of(app)
    assert "mine" not in text_of(app)


def test_a_dataset_without_images_here_falls_back():
    app = open_page("train", dataset="mnist")
    assert any("cannot be trained on here" in notice for notice in notices_of(app))
    assert app.selectbox("train_dataset").value == "digits"


def test_a_run_that_was_killed_can_go_on(monkeypatch):
    continued = []
    monkeypatch.setattr("dashboard.train.outcome.continue_run", continued.append)
    run_id = write_run(events=fit_events(9), process=2**22 + 1)
    monkeypatch.setattr("latentcore.runs.folder.n_epochs_done", lambda _: 7)
    app = open_page("train", run=run_id)
    assert "ended unexpectedly" in app.error[0].value
    next(button for button in app.button if button.label == "Go on from epoch 7").click().run()
    assert not app.exception
    assert continued == [run_id]
    monkeypatch.setattr("latentcore.runs.folder.n_epochs_done", lambda _: 0)
    assert "Start again" in labels_of(open_page("train", run=run_id))


def test_a_run_that_cannot_go_on_has_no_button_for_it():
    failed = write_run(status=RunStatus.FAILED, message="The dataset is gone.")
    stopped = write_run(status=RunStatus.STOPPED)
    for run_id in (failed, stopped):
        assert not {"Start again"} & set(labels_of(open_page("train", run=run_id)))
