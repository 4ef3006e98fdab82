"""The page Train in each state of a run, with run folders that no process writes."""

from __future__ import annotations

import json
import os
import shutil

import numpy as np
import pytest

from dashboard.data import upload_rules
from dashboard.train.services import progress
from latentcore.datasets.digits import DIGITS
from latentcore.datasets.own.add import add_dataset
from latentcore.runs import RunStatus, find_run
from latentcore.store import models_folder
from tests.dashboard.pages import notices_of, open_page, text_of
from tests.dashboard.train.runs import GAN, PCA, VAE, critic_events, fit_events, write_run


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
        "dashboard.train.services.choices.start_run",
        lambda request: started.append(request) or write_run(request),
    )
    app = open_page("train")
    next(button for button in app.button if button.label == "Start training").click().run()
    assert not app.exception
    (request,) = started
    assert (request.dataset, request.family, request.latent_dim) == ("digits", "vae", 2)
    assert (request.minutes, request.seed, request.name) == (2.0, 0, "vae-d2-trained")
    assert find_run(app.query_params["run"]).request == request
    assert "Pause" in labels_of(app)


def test_a_run_that_cannot_be_started_says_why(monkeypatch):
    def full(_request):
        raise OSError("no space")

    monkeypatch.setattr("dashboard.train.services.choices.start_run", full)
    app = open_page("train")
    next(button for button in app.button if button.label == "Start training").click().run()
    assert not app.exception
    assert any("free some space" in notice for notice in notices_of(app))


def test_pca_has_no_length():
    app = open_page("train")
    families = next(group for group in app.get("button_group") if group.label == "Model")
    assert any(group.label == "How long" for group in app.get("button_group"))
    families.set_value("pca").run()
    assert not app.exception
    assert not any(group.label == "How long" for group in app.get("button_group"))


def test_with_visitors_only_own_images_can_be_trained_on(monkeypatch):
    monkeypatch.setenv("LATENTCORE_UPLOADS", "50")
    app = open_page("train")
    assert "only on images that you added" in text_of(app)
    assert "Start training" not in labels_of(app)
    assert "add your own images" in app.info[0].value


def test_active_runs_are_listed_below_the_form():
    write_run(events=fit_events(3))
    app = open_page("train")
    assert "Under way" in text_of(app)
    assert "epoch 3 of 50" in text_of(app)
    assert len(app.get("page_link")) == 1


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
    assert n_charts(app) == 2
    assert html_of(app).count("<img") == 3
    assert app.query_params["run"] == run_id


def test_a_gan_says_why_there_is_no_map_yet():
    app = open_page("train", run=write_run(GAN, events=critic_events(4), snapshot=True))
    assert "a GAN has no encoder of its own" in html_of(app)
    assert n_charts(app) == 1
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
        monkeypatch.setattr(f"dashboard.train.run_view.{name}_run", lambda _, name=name: done.append(name))
    monkeypatch.setattr("dashboard.train.run_view.stop_run", lambda _: done.append("stop"))
    run_id = write_run(events=fit_events(2))
    app = open_page("train", run=run_id)
    app.button("run_pause").click().run()
    monkeypatch.setattr(progress, "is_paused", lambda _: True)
    app.run()
    assert progress_text(app).startswith("Paused.")
    app.button("run_pause").click().run()
    app.button("run_stop").click().run()
    assert not app.exception
    assert done == ["pause", "resume", "stop"]


def test_an_older_run_asks_before_it_is_thrown_away():
    app = open_page("train", run=write_run(events=fit_events(2), age=100))
    assert "Throw this training away?" in text_of(app)
    assert "Throw away" in labels_of(app)


def test_a_finished_run_is_in_the_catalogue_at_once():
    open_page("explore")  # which scans the models
    finish("vae-d2-trained")
    run_id = write_run(
        status=RunStatus.DONE, events=fit_events(50), snapshot=True, bundle_id="digits/vae-d2-trained"
    )
    app = open_page("train", run=run_id)
    assert "every page shows it" in app.success[0].value
    assert [link.proto.label for link in app.get("page_link")] == ["Explore its map", "Compare with vae-d2"]
    assert n_charts(app) == 2
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
