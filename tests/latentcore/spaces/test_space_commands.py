"""The commands `latentcore space` from end to end."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from latentcore.cli import main
from latentcore.datasets.own.add import add_dataset
from latentcore.exceptions import DatasetError
from latentcore.spaces.adding.add import add_file
from latentcore.spaces.adding.add_options import AddOptions
from latentcore.spaces.taken_names import taken_from_datasets

N = 40


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("LATENTCORE_DATA", str(tmp_path / "data"))

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["latentcore", "space", *arguments])
        with pytest.raises(SystemExit) as left:
            main()
        out, err = capsys.readouterr()
        return int(left.value.code or 0), out, err

    return call


@pytest.fixture
def file(tmp_path):
    codes = np.random.default_rng(0).normal(size=(N, 5))
    rows = [f'i{k},{"none" if k % 2 else "cat"},<i>text</i> {k},"{codes[k].tolist()}"' for k in range(N)]
    (tmp_path / "a.csv").write_text("\n".join(["id,label,text,emb", *rows]))
    return str(tmp_path / "a.csv")


def test_a_space_is_added_listed_shown_and_removed(run, file):
    code, out, _ = run("add", "mine", file, "--plane", "pca")
    assert code == 0
    assert "mine/emb: 40 items of 5 dimensions, 2 classes" in out
    assert "Column label: category, 2 values" in out
    (listed,) = [one for one in json.loads(run("list", "--json")[1]) if one["collection"] == "mine"]
    assert listed["classes"] == ["cat", "none"]
    assert listed["n_items"] == N
    assert "mine/emb" in run("list")[1]
    info = json.loads(run("info", "mine/emb", "--json")[1])
    assert info["metrics"]["plane_trustworthiness"]["n"] == N
    assert info["items"]["roles"]["text"] == "text"
    assert "all files match their checksums" in run("info", "mine")[1]
    assert run("remove", "mine")[0] == 0
    assert run("info", "mine")[0] == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("add", "mnist", "FILE"), "'mnist' is the name of a dataset that comes with the library"),
        (("add", "numbers", "FILE"), "'numbers' is the name of a collection that comes with the library"),
        (("add", "Mine", "FILE"), "cannot be named"),
        (("add", "mine", "nowhere.csv"), "There is no"),
        (("add", "mine", "FILE", "--label", "colour"), "no column 'colour'"),
        (("add", "mine", "FILE", "--vector", "text"), "holds no vectors"),
        (("add", "mine", "FILE", "--vector", "x_*"), "no columns of numbers match"),
        (("add", "mine", "FILE", "--id", "label"), "row 2, column 'label': the id 'cat' is that of row 0"),
        (("info", "mine"), "No space 'mine'"),
        (("remove", "mine"), "No space 'mine' was added"),
    ],
)
def test_mistakes_are_answered_in_one_sentence(run, file, tmp_path, arguments, message):
    code, _, err = run(*(file if part == "FILE" else part for part in arguments))
    assert code == 2
    assert message in err
    assert "Traceback" not in err
    assert not (tmp_path / "data" / "spaces" / "mine").exists()


def test_ctrl_c_leaves_nothing_behind(run, file, tmp_path, monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("latentcore.spaces.building.space_scores", interrupt)
    code, _, err = run("add", "mine", file, "--plane", "pca")
    assert code == 130
    assert "nothing was added" in err
    assert not list((tmp_path / "data" / "spaces").iterdir())


@pytest.fixture
def cats(tmp_path):
    """A dataset that the user added."""
    pixels = np.random.default_rng(0).integers(0, 256, (20, 8, 8), np.uint8)
    for k, image in enumerate(pixels):
        path = tmp_path / "images" / ("tame", "wild")[k % 2] / f"{k}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(path)
    add_dataset("cats", tmp_path / "images", tmp_path / "data")


@pytest.mark.usefixtures("cats")
def test_a_collection_cannot_have_the_name_of_an_own_dataset(run, file, tmp_path):
    code, _, err = run("add", "cats", file)
    assert code == 2
    assert "'cats' is the name of a dataset that you added; take another." in " ".join(err.split())
    assert not (tmp_path / "data" / "spaces" / "cats").exists()


@pytest.mark.usefixtures("run")
def test_a_dataset_cannot_have_the_name_of_an_own_collection(file, tmp_path):
    add_file("mine", Path(file), options=AddOptions(plane="pca"))
    np.save(tmp_path / "a.npy", np.zeros((40, 8, 8), np.uint8))
    with pytest.raises(DatasetError, match="'mine' is the name of a collection that you added; take another"):
        add_dataset("mine", tmp_path / "a.npy", tmp_path / "data", reserved=taken_from_datasets())
    assert not (tmp_path / "data" / "own").exists()


@pytest.mark.usefixtures("cats")
def test_the_list_says_which_of_two_with_one_name_is_used(run, file):
    for name in ("mine", "numbers", "cats"):  # as an older version let one call them
        add_file(name, Path(file), options=AddOptions(plane="pca"))
    code, _, err = run("list")
    assert code == 0
    numbers = "'numbers' is also a collection that comes with the library; the one that you added is used."
    assert numbers in err
    assert "'cats' is also a dataset that you added; if that has models, pages show it instead." in err
    assert "'mine'" not in err
