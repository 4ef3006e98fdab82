"""The command line, as a user meets it."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys

import pytest

from latentcore import cli
from latentcore.datasets.torchvision_import import torchvision_datasets
from latentcore.image_index import load_index
from latentcore.store import list_bundles, load_bundle, models_folder


@pytest.fixture
def run(monkeypatch, capsys):
    """Run the command line; returns exit code, standard output and standard error."""

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["latentcore", *arguments])
        try:
            cli.main()
        except SystemExit as end:
            code = int(end.code or 0)
        else:
            code = 0
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def test_list_and_info_print_facts(run):
    code, out, _ = run("list", "--json")
    assert code == 0
    listed = {entry["id"]: entry for entry in json.loads(out)}
    assert {"id", "dataset", "family", "latent_dim", "capabilities", "metrics"} <= set(
        listed["digits/vae-d2"]
    )
    code, out, _ = run("info", "digits/vae-d2", "--json")
    assert code == 0
    assert json.loads(out)["config"]["recipe"]["command"].startswith("latentcore train digits vae")


@pytest.mark.parametrize("bundle_id", [spec.id for spec in list_bundles() if spec.dataset == "digits"])
def test_evaluate_confirms_what_is_recorded(run, bundle_id):
    code, out, _ = run("evaluate", bundle_id, "--json")
    assert json.loads(out)["differences"] == []
    assert code == 0


@pytest.mark.parametrize(("name", "by"), [("mse", 0.005 * 0.05261), ("knn_accuracy", 3 / 540)])
def test_evaluate_reports_a_false_score(run, tmp_path, monkeypatch, name, by):
    folder = tmp_path / "digits" / "pca-d2"
    shutil.copytree(models_folder() / "digits" / "pca-d2", folder)
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    metrics[name]["value"] += by
    data = json.dumps(metrics).encode()
    (folder / "metrics.json").write_bytes(data)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config["files"]["metrics.json"] = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    monkeypatch.setenv("LATENTCORE_MODELS", str(tmp_path))
    code, _, err = run("evaluate", "digits/pca-d2")
    assert code == 1
    assert err.count("Differs: ") == 1
    assert f"{name} is recorded" in err


def test_train_writes_once_and_refuses_to_overwrite(run, tmp_path):
    arguments = ("train", "digits", "pca", "--latent-dim", "2", "--out", str(tmp_path))
    assert run(*arguments)[0] == 0
    assert (tmp_path / "digits" / "pca-d2" / "config.json").is_file()
    code, _, err = run(*arguments)
    assert code == 2
    assert "exists already" in err


def test_holdout_prints_an_error_and_writes_nothing(run, tmp_path):
    out = run("train", "digits", "pca", "--latent-dim", "2", "--out", str(tmp_path), "--holdout", "0.2")
    assert out[0] == 0
    assert "MSE 0.05340" in out[1]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("info", "digits/none"), "No bundle"),
        (("train", "cats", "pca", "--latent-dim", "2"), "No dataset"),
        (("train", "digits", "magic", "--latent-dim", "2"), "No model family"),
        (("train", "digits", "lda", "--latent-dim", "12"), "allows 9"),
        (("train", "digits", "pca", "--latent-dim", "0"), "latent_dim"),
        (("train", "digits", "pca"), "--latent-dim"),
        (
            ("train", "digits", "pca", "--latent-dim", "2", "--name", f"x.session-{'0' * 16}"),
            "'.session-' marks bundles of visitors",
        ),
        (("train", "cats", "--all"), "No dataset"),
        (("train", "digits", "pca", "--latent-dim", "2", "--scheduler", "tcp://x:1"), "requires --all"),
        (("fetch", "cats"), "No dataset"),
        (("index", "cats"), "No dataset"),
        (("repack", "digits/none"), "No bundle"),
        (("features", "digits"), "takes 16 to 32 per side"),
    ],
)
def test_mistakes_end_in_one_sentence_and_code_2(run, arguments, message):
    code, _, err = run(*arguments)
    assert code == 2
    assert message in err
    assert "Traceback" not in err
    assert err.count("\n") == 1 or "Error:" in err.splitlines()[-1]
    assert not (models_folder() / "cats").exists()


def test_a_damaged_bundle_is_named_and_the_others_are_listed(run, tmp_path, monkeypatch):
    for name in ("pca-d2", "lda-d2"):
        shutil.copytree(models_folder() / "digits" / name, tmp_path / "digits" / name)
    (tmp_path / "digits" / "pca-d2" / "config.json").write_text("{")
    monkeypatch.setenv("LATENTCORE_MODELS", str(tmp_path))
    code, out, err = run("list", "--json")
    assert code == 0
    assert [entry["id"] for entry in json.loads(out)] == ["digits/lda-d2"]
    assert "config.json" in err
    code, _, err = run("info", "digits/pca-d2")
    assert code == 2
    assert "not valid JSON" in err


def test_the_index_of_a_dataset_is_made_again(run, tmp_path):
    assert run("index", "digits", "--out", str(tmp_path))[0] == 0
    made = load_index("digits", tmp_path)
    assert made is not None
    assert len(made.indices) == 1257


def test_a_dataset_that_ships_needs_no_fetching(run):
    code, out, _ = run("fetch", "shapes")
    assert code == 0
    assert "nothing to download" in out


def test_without_a_network_fetching_ends_in_one_sentence(run, tmp_path, monkeypatch):
    monkeypatch.setenv("LATENTCORE_DATA", str(tmp_path))
    monkeypatch.setattr(torchvision_datasets().FashionMNIST, "mirrors", ["http://127.0.0.1:9/"])
    code, _, err = run("fetch", "fashion_mnist")
    assert code == 2
    assert "Check the network" in err
    code, _, err = run("evaluate", "mnist/pca-d2")
    assert code == 2
    assert "latentcore fetch mnist" in err


def test_training_all_with_nothing_missing_says_so(run):
    code, out, _ = run("train", "digits", "--all")
    assert code == 0
    assert "Every bundle that was asked for" in out


def test_training_for_some_minutes_says_how_many_epochs_these_are(run, tmp_path):
    common = ("--latent-dim", "2", "--minutes", "0.02", "--out", str(tmp_path))
    code, _, err = run("train", "digits", "vae", *common)
    assert code == 0
    n_epochs = load_bundle("digits/vae-d2", tmp_path).config["settings"]["n_epochs"]
    assert f"{n_epochs} epochs, to take about 0.02 minutes of training" in " ".join(err.split())
    code, _, err = run("train", "digits", "pca", *common)
    assert code == 2
    assert "pca is not trained in epochs, so --minutes does not apply to it." in " ".join(err.split())
    code, _, err = run("train", "digits", "--all", "--minutes", "1")
    assert code == 2
    assert "--minutes applies to one bundle" in err


def test_resume_keeps_checkpoints_beside_the_bundle(run, monkeypatch, tmp_path):
    folders = []
    monkeypatch.setattr(
        "latentcore.cli.train.train_bundle", lambda *_, checkpoints, **__: folders.append(checkpoints)
    )
    common = ("train", "digits", "ae", "--latent-dim", "2", "--name", "mine", "--out", str(tmp_path))
    assert run(*common, "--resume")[0] == run(*common)[0] == 0
    assert folders == [tmp_path / "digits" / "_checkpoint-mine", None]
    for wrong, sentence in (
        (("train", "--all", "--resume"), "--resume applies to one bundle, not to --all."),
        ((*common, "--resume", "--holdout", "0.2"), "to one bundle, not to --grid or --holdout."),
    ):
        code, _, err = run(*wrong)
        assert code == 2
        assert sentence in " ".join(err.split())


def test_a_killed_training_leaves_no_bundle_and_can_be_repeated(tmp_path):
    code = (
        "import sys\nfrom pathlib import Path\nfrom latentcore.bundling import train_bundle\n"
        "from latentcore.recipes import make_recipe\n"
        "def tell(event): print(event.epoch, flush=True)\n"
        "train_bundle(make_recipe('digits', 'ae', 2), Path(sys.argv[1]), on_event=tell)"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "1\n"  # it is at work
        process.kill()
    assert list_bundles(tmp_path) == []
    assert not list(tmp_path.glob("digits/[!_]*"))


def test_an_interrupted_training_says_what_is_kept(run, monkeypatch, tmp_path):
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("latentcore.cli.train.train_bundle", interrupt)
    code, _, err = run("train", "digits", "pca", "--latent-dim", "2", "--out", str(tmp_path))
    assert code == 130
    assert "no bundle is incomplete" in err
