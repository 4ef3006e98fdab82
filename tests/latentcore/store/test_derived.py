"""Tables that follow from codes, and bringing a bundle of the former format up to date."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from latentcore.cli import app
from latentcore.exceptions import BundleError
from latentcore.metrics.nearest_neighbours import nearest
from latentcore.metrics.sampling import stratified_rows
from latentcore.metrics.similarity import neighbour_rows
from latentcore.models.density import GaussianMixture
from latentcore.store import load_bundle, models_folder, scan_bundles
from latentcore.store.derived import DerivedTables
from latentcore.types import Capability

ID = "digits/lda-d9"
SHIPPED = ["digits/pca-d8", "digits/vae-d2", "shapes/ae-d16", "mnist/gan-d16", "fashion_mnist/pca-d2"]


@pytest.mark.parametrize("bundle_id", SHIPPED)
def test_shipped_tables_are_those_of_the_codes(bundle_id):
    bundle = load_bundle(bundle_id)
    distances = nearest(bundle.train.codes, bundle.test.codes, k=1)[0][:, 0]
    assert bundle.derived.median_code_distance == pytest.approx(float(np.median(distances)), rel=1e-3)
    for share in (0.1, 0.5, 0.9):
        reach = float(np.quantile(distances, share))
        assert bundle.derived.distance_cdf(reach) == pytest.approx(share, abs=2e-3)
    label = int(bundle.train.labels[0])
    own = bundle.train.codes[bundle.train.labels == label].mean(axis=0, dtype=np.float64)
    assert np.allclose(bundle.derived.class_means[label], own, atol=1e-3 * np.abs(bundle.codes).max())


@pytest.mark.parametrize("bundle_id", SHIPPED)
def test_a_mixture_is_kept_where_there_is_no_prior(bundle_id):
    bundle = load_bundle(bundle_id)
    if Capability.FITTED_DENSITY not in bundle.spec.capabilities:
        assert bundle.derived.mixture is None
        return
    fresh = GaussianMixture.fit(bundle.train.codes, n_components=10, seed=0)
    assert bundle.derived.mixture is not None
    kept, anew = (np.sort(one.weights) for one in (bundle.derived.mixture, fresh))
    assert np.allclose(kept, anew, atol=0.02)


def test_neighbours_are_kept_where_a_search_takes_time():
    assert load_bundle("mnist/pca-d2").derived.neighbours is None
    bundle = load_bundle("shapes/pca-d16")
    derived = bundle.derived
    assert np.array_equal(derived.sampled_rows, stratified_rows(bundle.labels, 5000))
    fresh = neighbour_rows(bundle.test.codes[derived.sampled_rows], k=10)
    assert derived.neighbours is not None
    assert (fresh == derived.neighbours).mean() > 0.999


def test_an_empty_class_has_no_mean():
    bundle = load_bundle(ID)
    means = DerivedTables.compute(bundle.model, bundle.test, bundle.train, 11).class_means
    assert np.isnan(means[10]).all()
    assert np.isfinite(means[:10]).all()


def outdated(tmp_path: Path, bundle_id: str = ID) -> Path:
    """Return a bundle as the former version of the format was: without derived tables."""
    folder = tmp_path / bundle_id
    shutil.copytree(models_folder() / bundle_id, folder)
    (folder / "derived.npz").unlink()
    config = json.loads((folder / "config.json").read_text())
    del config["files"]["derived.npz"]
    (folder / "config.json").write_text(json.dumps(config | {"format_version": 1}))
    return folder


def test_an_old_bundle_is_refused_with_the_way_out_and_repacked(tmp_path, monkeypatch):
    folder, shipped = outdated(tmp_path), load_bundle(ID)
    monkeypatch.setenv("LATENTCORE_MODELS", str(tmp_path))
    assert ["repack" in problem.message for problem in scan_bundles()[1]] == [True]
    with pytest.raises(BundleError, match=f"repack {ID}"):
        load_bundle(ID)
    outcome = CliRunner().invoke(app, ["repack"])
    assert outcome.exit_code == 0, outcome.output
    assert f"Repacked {ID}" in outcome.output
    repacked = load_bundle(ID)
    assert np.array_equal(repacked.codes, shipped.codes)
    assert dict(repacked.metrics) == dict(shipped.metrics)
    assert np.allclose(repacked.derived.test_density, shipped.derived.test_density, atol=0.01)
    assert "up to date" in CliRunner().invoke(app, ["repack"]).output
    assert sorted(path.name for path in folder.parent.iterdir()) == ["lda-d9"]


def test_damaged_tables_are_made_again(tmp_path, monkeypatch):
    shutil.copytree(models_folder() / ID, tmp_path / ID)
    (tmp_path / ID / "derived.npz").write_bytes(b"PK")
    monkeypatch.setenv("LATENTCORE_MODELS", str(tmp_path))
    with pytest.raises(BundleError, match=r"derived\.npz"):
        load_bundle(ID)
    assert CliRunner().invoke(app, ["repack", ID]).exit_code == 0
    assert load_bundle(ID).derived.neighbours is not None


def test_a_damaged_model_is_not_repacked(tmp_path, monkeypatch):
    folder = outdated(tmp_path)
    (folder / "model.safetensors").write_bytes(b"nothing")
    monkeypatch.setenv("LATENTCORE_MODELS", str(tmp_path))
    outcome = CliRunner().invoke(app, ["repack", ID])
    assert outcome.exit_code == 1
    assert isinstance(outcome.exception, BundleError)
    assert "model.safetensors" in str(outcome.exception)
    assert (folder / "model.safetensors").read_bytes() == b"nothing"
