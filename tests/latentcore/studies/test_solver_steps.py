"""The study of solver steps: fewer steps differ more from the flow, and the scores are those of models."""

from __future__ import annotations

import pytest

from latentcore.datasets import load_dataset
from latentcore.evaluation.real_reference import RealReference, SampleSizes
from latentcore.evaluation.sample_scores import sample_distances
from latentcore.exceptions import UnsupportedOperation
from latentcore.store import load_bundle, models_folder
from latentcore.studies.solver_steps import N_STEPS, solver_steps

SMALL = SampleSizes(n_samples=200, n_support=100)


def with_bundles(root, *names):
    (root / "digits").mkdir()
    for name in names:
        (root / "digits" / name).symlink_to(models_folder() / "digits" / name)
    return root


def test_fewer_steps_differ_more(tmp_path):
    found = solver_steps(
        "digits", with_bundles(tmp_path, "flow-d2", "ae-d2"), lambda _stage: None, sizes=SMALL
    )
    (curve,) = found["curves"]
    assert curve["model"] == "flow-d2"
    assert [point["steps"] for point in curve["points"]] == list(N_STEPS)
    assert load_bundle("digits/flow-d2").model.solver_steps in N_STEPS
    # Not each step more is nearer: a few samples at a boundary between classes weigh much.
    differences = [point["difference"] for point in curve["points"] if point["steps"] in (1, 3, 10, 20)]
    assert differences == sorted(differences, reverse=True)
    assert differences[0] > 10 * differences[-1]
    assert found["network"] is None
    assert all(point["fd_percent"] is None for point in curve["points"])


def test_a_dataset_without_flows_has_no_curves(tmp_path):
    found = solver_steps("digits", with_bundles(tmp_path, "ae-d2"), lambda _stage: None, sizes=SMALL)
    assert found["curves"] == []


def test_distances_need_a_feature_network():
    train, test = load_dataset("digits", "train"), load_dataset("digits", "test")
    reference = RealReference.compute(train, test, SMALL)
    with pytest.raises(UnsupportedOperation, match="digits has no feature network"):
        sample_distances(train.images[:200], reference)


def test_distances_are_those_of_the_scores(tmp_path):
    train, test = load_dataset("shapes", "train"), load_dataset("shapes", "test")
    reference = RealReference.compute(train, test, SMALL)
    near, far = (sample_distances(images[:200], reference) for images in (train.images, 1 - train.images))
    assert near["fd_percent"] < far["fd_percent"]
    assert near["precision"] > far["precision"]
