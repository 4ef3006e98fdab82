"""Every page and section on unusual datasets: no labels, colour, many classes, few images."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from latentcore.bundling import train_bundle
from latentcore.datasets.own.add import add_dataset
from latentcore.datasets.own.options import AddOptions
from latentcore.evaluation import class_conditional
from latentcore.recipes import make_recipe
from latentcore.studies import run_study, study_obstacle
from tests.dashboard.pages import APP, SCRIPTS, open_address

pytestmark = pytest.mark.own_datasets

VIEWS = ("scores", "image", "maps", "neighbours", "spaces", "inside", "geometry")
COMMAND = re.compile(r"`latentcore study (\w+) (\w+)`")


@dataclass(frozen=True)
class Kind:
    """A kind of dataset, whose images are discs: their place and colour follow their class.

    `models` are dimension and name of each PCA that is trained on it; three dimensions are shown by UMAP.
    """

    n_images: int
    shape: tuple[int, int, int]
    n_classes: int
    labelled: bool = True
    models: tuple[tuple[int, str], ...] = ((2, ""), (2, "pca-d2-again"))


KINDS = {
    "grey": Kind(150, (1, 20, 20), 4, labelled=False, models=((2, ""), (3, ""))),
    "large": Kind(40, (3, 64, 64), 2),
    "sixty": Kind(180, (3, 32, 32), 60),
    "dozen": Kind(12, (3, 24, 24), 3),
}


def discs(kind: Kind) -> tuple[np.ndarray, np.ndarray]:
    """Return pixels, uint8 ``(n, c, h, w)``, and labels; the last of many classes has a single image."""
    rng = np.random.default_rng(0)
    channels, side, _ = kind.shape
    labels = np.arange(kind.n_images) % max(kind.n_classes - (kind.n_classes > 9), 1)
    if kind.n_classes > 9:
        labels[0] = kind.n_classes - 1
    turn = labels / kind.n_classes * 2 * np.pi
    x, y = (0.5 + 0.25 * wave(turn) + rng.normal(0, 0.05, kind.n_images) for wave in (np.cos, np.sin))
    rows, columns = np.mgrid[:side, :side] / side
    away = np.hypot(columns - x[:, None, None], rows - y[:, None, None])
    disc = np.clip((0.15 - away) * side / 2 + 0.5, 0, 1)[:, None]
    colours = 0.5 + 0.5 * np.cos(turn[:, None] + np.array([0, 2.1, 4.2])[:channels])
    pixels = 0.1 + 0.05 * rng.random((kind.n_images, *kind.shape)) + 0.8 * disc * colours[:, :, None, None]
    return (255 * np.clip(pixels, 0, 1)).astype(np.uint8), labels


@pytest.fixture(scope="session")
def folders(tmp_path_factory) -> Iterator[tuple[Path, Path]]:
    """The datasets and two bundles of each, in folders of their own."""
    data, models = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("models")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LATENTCORE_DATA", str(data))
        for size in ("N_SYNTHETIC", "N_SYNTHETIC_SMALL"):  # a score that nothing here depends on
            patch.setattr(class_conditional, size, 200)
        for name, kind in KINDS.items():
            pixels, labels = discs(kind)
            known = {"labels": labels} if kind.labelled else {}
            np.savez(data / f"{name}.npz", images=pixels, **known)
            add_dataset(
                name, data / f"{name}.npz", data, options=AddOptions(size=kind.shape[1], channels="first")
            )
            for latent_dim, variant in kind.models:
                train_bundle(make_recipe(name, "pca", latent_dim, name=variant), models)
    return data, models


@pytest.fixture(autouse=True)
def environment(folders, monkeypatch):
    """Let the dashboard see these datasets and bundles only."""
    data, models = folders
    monkeypatch.setenv("LATENTCORE_DATA", str(data))
    monkeypatch.setenv("LATENTCORE_MODELS", str(models))


def opened(path: str, dataset: str, **query: str | list[str]) -> AppTest:
    """Open a page of a dataset: it shows no exception, no error, and no command that cannot work."""
    app = AppTest.from_file(str(APP), default_timeout=120)
    for key, value in {"dataset": dataset, **query}.items():
        app.query_params[key] = value
    open_address(app, path)
    where = f"{path} {query}"
    assert [element.value for element in app.exception] == [], where
    assert [element.value for element in app.error] == [], where
    assert not any("cannot be used" in element.value for element in app.warning), where
    commands = COMMAND.findall(text_of(app))
    assert all(name == dataset and study_obstacle(study, name) is None for study, name in commands), where
    return app


def text_of(app: AppTest) -> str:
    return " ".join(element.value for element in [*app.markdown, *app.caption, *app.info])


@pytest.mark.parametrize("dataset", KINDS)
def test_every_page_opens(dataset):
    texts = {path: text_of(opened(path, dataset)) for path in SCRIPTS if path != "compare"}
    if KINDS[dataset].labelled:
        assert "no labels" not in " ".join(texts.values())
        return
    assert "clusters that k-means found" in texts["explore"]
    assert "cluster 1" in texts["interpolate"]
    assert "Clusters assigned by the nearest cluster centre" in texts["sample"]
    for path in ("synthesis", "transfer"):
        assert "have no labels" in texts[path], path
    assert "latentcore study anomaly grey" in texts["anomaly"]


@pytest.mark.parametrize("dataset", KINDS)
def test_every_section_of_compare_opens(dataset):
    names = [make_recipe(dataset, "pca", k, name=name).bundle_name for k, name in KINDS[dataset].models]
    texts = {}
    for view in VIEWS:
        app = opened("compare", dataset, view=view, models=names)
        texts[view] = text_of(app)
        assert len(app.button_group(key="pick_view").options) == len(VIEWS)
        if view == "image":
            html = " ".join(element.proto.body for element in app.get("html"))
            assert "Residual (reconstruction minus input" in html
            assert ("mean over channels" in html) is (KINDS[dataset].shape[0] == 3)
    if not KINDS[dataset].labelled:
        assert "clusters that k-means found" in texts["maps"]


def test_many_classes_are_searched_in_place_of_a_legend():
    search = opened("explore", "sixty").multiselect(key="pick_classes")
    assert len(search.options) == KINDS["sixty"].n_classes
    assert not any(box.key == "pick_classes" for box in opened("explore", "large").multiselect)


def test_a_search_on_linked_maps_is_in_the_address():
    app = opened("compare", "sixty", view="maps", models=["pca-d2", "pca-d2-again"], classes="7")
    assert re.search(r"\b[1-9] of \d+ test images", text_of(app))
    app.multiselect(key="pick_classes").set_value(["7", "8"]).run()
    assert not app.exception
    assert app.query_params["classes"] == ["7,8"] or app.query_params["classes"] == "7,8"


def test_uploads_keep_their_colours_and_drawing_is_not_offered_in_colour():
    app = opened("compare", "large", view="image", source="upload")
    assert app.button_group(key="pick_source").options == ["Test image", "Upload"]
    red = io.BytesIO()
    Image.new("RGB", (90, 60), (255, 0, 0)).save(red, "PNG")
    app.file_uploader[0].set_value(("red.png", red.getvalue(), "image/png")).run()
    assert not app.exception
    assert "cropped to the central square and resized to 64 by 64 pixels" in text_of(app)
    assert not app.toggle
    assert "Draw" in opened("compare", "grey", view="image").button_group(key="pick_source").options


def test_an_address_with_a_drawing_falls_back_with_a_notice():
    app = AppTest.from_file(str(APP), default_timeout=120)
    for key, value in {"dataset": "large", "view": "image", "source": "draw"}.items():
        app.query_params[key] = value
    open_address(app, "compare")
    assert not app.exception
    assert any("no source “draw” here" in warning.value for warning in app.warning)


def test_what_a_dozen_images_are_too_few_for_is_said():
    assert "at least 10 train images of each class" in text_of(opened("synthesis", "dozen"))
    assert "at least 21 test images" in text_of(opened("compare", "dozen", view="spaces"))


def test_the_anomaly_study_of_unlabelled_images_has_its_table_and_says_what_is_left_out(folders):
    path = run_study("anomaly", "grey", folders[1])
    try:
        app = opened("anomaly", "grey")
        assert "One-class models need labels; the images of grey have none." in text_of(app)
        assert any("All classes normal" in element.value for element in app.subheader)
        assert any("PCA" in str(table.value) for table in app.dataframe)
    finally:
        path.unlink()
