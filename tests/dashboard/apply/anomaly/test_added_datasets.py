"""Added datasets as anomalies: of those that the session may see, the ones whose images fit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dashboard.apply.anomaly.services.detection import detect
from dashboard.apply.anomaly.services.setting import Setting, anomaly_sources, unavailable_sources
from dashboard.data import ownership
from dashboard.data.catalogue import scanned_bundles
from dashboard.server.sessions import acting_for
from latentcore.bundling import train_bundle
from latentcore.datasets.own.add import add_dataset
from latentcore.datasets.own.options import AddOptions
from latentcore.datasets.own.stored import own_folder, remove_own
from latentcore.recipes import make_recipe
from tests.dashboard.pages import open_page, text_of

pytestmark = pytest.mark.own_datasets


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Data and models of this test only, and no owner from another test."""
    monkeypatch.setenv("LATENTCORE_DATA", str(tmp_path))
    monkeypatch.setenv("LATENTCORE_MODELS", str(tmp_path / "models"))
    monkeypatch.setattr(ownership, "_owners", {})
    scanned_bundles.clear()
    yield tmp_path
    scanned_bundles.clear()


def add(
    folder: Path, name: str, shape: tuple[int, int, int] = (1, 10, 10), *, low: int = 0, session: str = ""
) -> str:
    """Add 40 images of noise, brighter than `low`; return the name of the dataset."""
    images = np.random.default_rng(len(name)).integers(low, 256, (40, *shape), dtype=np.uint8)
    np.savez(folder / "source.npz", images=images)
    owner = None
    if session:
        with acting_for(session):
            owner = ownership.session_token()
    options = AddOptions(size=shape[1], channels="first")
    return add_dataset(name, folder / "source.npz", folder, options=options, owner=owner).name


def test_images_of_as_many_channels_and_no_smaller_are_sources(folder):
    for name, shape in (("mine", (1, 10, 10)), ("same", (1, 10, 10)), ("large", (1, 16, 16))):
        add(folder, name, shape)
    for name, shape in (("small", (1, 8, 8)), ("colour", (3, 16, 16)), ("classes", (1, 10, 10))):
        add(folder, name, shape)
    sources = anomaly_sources("mine", labelled=False)
    assert [name for name in sources if name in ("mine", "small", "colour", "classes")] == []
    assert (sources["same"], sources["large"]) == ("Same", "Large")
    assert "shapes" in sources
    assert "gaussian" in sources
    assert "large" in anomaly_sources("digits", labelled=True)
    assert anomaly_sources("nothing", labelled=False) == {}


def test_a_damaged_dataset_is_no_source_and_is_named(folder):
    add(folder, "mine")
    add(folder, "other")
    (own_folder(folder) / "other" / "test.u8").write_bytes(b"")
    assert "other" not in anomaly_sources("mine", labelled=False)
    assert any("add the dataset again" in sentence for sentence in unavailable_sources("mine"))


def test_a_visitors_dataset_is_a_source_for_that_visitor_only(folder):
    common, hers = add(folder, "common"), add(folder, "hers", session="one")
    for session, sees in (("one", True), ("two", False), (None, False)):
        with acting_for(session):
            assert (hers in anomaly_sources("digits", labelled=True)) is sees
            assert common in anomaly_sources("digits", labelled=True)
    with acting_for("one"):
        assert anomaly_sources("digits", labelled=True)[hers] == "Hers"


def test_the_page_scores_them_and_again_once_they_were_replaced(folder):
    add(folder, "mine")
    add(folder, "other", low=200)
    train_bundle(make_recipe("mine", "pca", 2), folder / "models")
    app = open_page("anomaly", dataset="mine", models="pca-d2", against="other")
    assert not app.exception
    assert app.selectbox(key="pick_against").value == "other"
    assert "**AUROC" in text_of(app)
    setting = Setting("mine", "pca-d2", "pca-d2", (), "other")
    bright = detect(setting, "error")
    assert bright.images[bright.anomalous].min() >= 200 / 255
    remove_own(folder, "other")
    add(folder, "other")
    again = detect(setting, "error")
    assert again.images[again.anomalous].min() < 0.5
