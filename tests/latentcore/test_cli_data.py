"""The commands `latentcore data` from end to end."""

from __future__ import annotations

import json
import sys

import numpy as np
import pytest

from latentcore.cli import main
from latentcore.datasets import find_dataset, load_dataset
from latentcore.exceptions import UnknownNameError


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("LATENTCORE_DATA", str(tmp_path / "data"))

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["latentcore", *arguments])
        with pytest.raises(SystemExit) as left:
            main()
        out, err = capsys.readouterr()
        return int(left.value.code or 0), out, err

    return call


@pytest.fixture
def source(tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (40, 28, 28)).astype(np.uint8)
    np.savez(tmp_path / "a.npz", images=images, labels=np.arange(40) % 4, classes=["a", "b", "c", "ä"])
    return str(tmp_path / "a.npz")


def test_a_dataset_is_added_listed_shown_and_removed(run, source):
    code, out, _ = run("data", "add", "mine", source)
    assert code == 0
    assert "32 train and 8 test images of 1x28x28, 4 classes" in out
    assert json.loads(run("data", "list", "--json")[1])[0]["classes"] == ["a", "b", "c", "ä"]
    assert "all files match their checksums" in run("data", "info", "mine")[1]
    images = load_dataset("mine", "train")
    assert images.images.shape == (32, 1, 28, 28)
    assert images.images.max() <= 1
    assert find_dataset("mine").title == "Mine"
    assert run("data", "remove", "mine")[0] == 0
    with pytest.raises(UnknownNameError):
        load_dataset("mine")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("data", "add", "mnist", "SOURCE"), "'mnist' is the name of a dataset that comes with the library"),
        (("data", "add", "numbers", "SOURCE"), "'numbers' is the name of a collection that comes with"),
        (("data", "add", "mine", "nowhere"), "There is no"),
        (("data", "add", "mine", "SOURCE", "--size", "100"), "8 to 64"),
        (("data", "info", "mine"), "No dataset 'mine' was added"),
        (("data", "remove", "../x"), "was added"),
    ],
)
def test_a_mistake_is_one_sentence(run, source, arguments, message):
    code, _, err = run(*(source if one == "SOURCE" else one for one in arguments))
    assert code == 2
    assert message in err
    assert "Traceback" not in err


def test_images_without_labels_are_trained_on(run, tmp_path):
    np.save(tmp_path / "a.npy", np.random.default_rng(0).integers(0, 256, (40, 28, 28)).astype(np.uint8))
    assert run("data", "add", "mine", str(tmp_path / "a.npy"))[0] == 0
    code, out, _ = run("train", "mine", "pca", "--latent-dim", "2", "--out", str(tmp_path / "models"))
    assert code == 0
    assert "Wrote" in out
    code, _, err = run("train", "mine", "lda", "--latent-dim", "2", "--out", str(tmp_path / "models"))
    assert code == 2
    assert "needs images with labels" in err
