"""Results of studies are checked to the last value; those that ship pass, and damage is one sentence."""

from __future__ import annotations

import json
import shutil

import pytest

from latentcore.exceptions import BundleError
from latentcore.store import models_folder
from latentcore.studies import STUDIES, read_study

SHIPPED = sorted((path.parts[-3], path.stem) for path in models_folder().glob("*/_studies/*.json"))


@pytest.mark.parametrize(("dataset", "name"), SHIPPED)
def test_what_ships_passes(dataset, name):
    assert read_study(dataset, name) is not None


def test_every_study_ships_for_every_dataset():
    datasets = {dataset for dataset, _ in SHIPPED}
    assert set(SHIPPED) == {(dataset, name) for dataset in datasets for name in STUDIES}


def spoil(value, path):
    """Replace what stands at a path of names and places by null."""
    *way, last = path
    for step in way:
        value = value[step]
    value[last] = None


@pytest.mark.parametrize(
    ("name", "path", "where"),
    [
        ("compression", ["curves", 0, "points", 1, "psnr"], "found.curves[0].points[1].psnr"),
        ("transfer", ["curves", 2, "points", 0, "mean"], "found.curves[2].points[0].mean"),
        ("synthesis", ["real", 0, "n"], "found.real[0].n"),
        ("anomaly", ["one_class", "cells", 3, "auroc", 1], "found.one_class.cells[3].auroc[1]"),
        ("solver_steps", ["curves", 0, "points", 3, "difference"], "found.curves[0].points[3].difference"),
        ("denoise", ["strengths", "blur", "tv", 2], "found.strengths.blur.tv[2]"),
    ],
)
def test_damage_is_named(name, path, where, tmp_path):
    target = tmp_path / "digits/_studies" / f"{name}.json"
    target.parent.mkdir(parents=True)
    shutil.copy(models_folder() / "digits/_studies" / f"{name}.json", target)
    content = json.loads(target.read_text())
    spoil(content["found"], path)
    target.write_text(json.dumps(content))
    with pytest.raises(BundleError) as raised:
        read_study("digits", name, tmp_path)
    assert where in str(raised.value)
    assert f"latentcore study {name} digits" in str(raised.value)


def test_a_short_interval_is_damage(tmp_path):
    target = tmp_path / "digits/_studies/anomaly.json"
    target.parent.mkdir(parents=True)
    content = json.loads((models_folder() / "digits/_studies/anomaly.json").read_text())
    content["found"]["whole"]["cells"][0]["auroc"].pop()
    target.write_text(json.dumps(content))
    with pytest.raises(BundleError, match="has 2 entries, expected 3"):
        read_study("digits", "anomaly", tmp_path)
