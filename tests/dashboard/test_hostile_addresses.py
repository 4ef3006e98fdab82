"""Addresses nobody wrote by hand, studies and bundles that were spoilt: a sentence, never a traceback."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from dashboard.address import LISTS
from dashboard.compare.scores.services.scores import SUITE, real_row
from dashboard.compare.similarity.services import (
    MEASURES,
    read_similarity,
    reference_values,
    similarity_table,
)
from dashboard.data import catalogue as catalogue_service
from dashboard.data.catalogue import LatentcoreError
from dashboard.data.study_results import study_of
from dashboard.state import NAMES
from latentcore.store import list_bundles, models_folder
from tests.dashboard.pages import open_address
from tests.fuzzing import FUZZ, spoilt_json

APP = Path(__file__).parents[2] / "dashboard" / "app.py"
VIEWS = ("scores", "image", "maps", "neighbours", "spaces", "inside", "geometry")
OPENED = ("overview", "explore", "interpolate", "sample", "edit", "data", "train")
PLACES = [*OPENED, *VIEWS]
MODELS = [spec.name for spec in list_bundles() if spec.dataset == "digits"]

HOSTILE = [
    *(
        "",
        " ",
        "-1",
        "0",
        "5",
        "99999999999999999999",
        "1e400",
        "nan",
        "inf",
        "1,2",
        "1e308,-1e308",
        "nan,nan",
    ),
    *("../../etc/passwd", "<script>alert(1)</script>", "' or 1=1 --", "%00", "\x00", "\n", "a" * 5000),
    *("💥" * 50, "٣", "²", "1_000", "0x10", "true", "class:", "class:zero", "class:moon", "{}", "[0]", ",,,"),
    *(
        "dims-1-2",
        "dims-2-2",
        "dims-0-0",
        "dims-1-99",
        "dims--1-2",
        "dims-²-1",
        "umap",
        "codes",
        "lerp",
        "slerp",
    ),
    *("mse,fd,mse", "error", "upload", "draw", "![x](https://example.org/x.png)", ":red[x]", "0.5", "-0.0"),
]
VALUES = st.sampled_from(HOSTILE) | st.sampled_from(MODELS) | st.text(max_size=30)
ADDRESSES = st.fixed_dictionaries(
    {"dataset": st.sampled_from(["digits", "digits", "digits", "cats", "", "../digits"])},
    optional={name: VALUES for name in NAMES if name not in {"dataset", "view"}}
    | {"models": st.lists(st.sampled_from([*MODELS, "x", ""]), max_size=9).map(",".join)},
)


def open_page(place: str, query: dict[str, str]) -> AppTest:
    view = {"view": place} if place in VIEWS else {}
    app = AppTest.from_file(str(APP), default_timeout=120)
    for name, value in (query | view).items():
        app.query_params[name] = value.split(",") if name in LISTS else value
    return open_address(app, "compare" if view else place)


@settings(FUZZ, max_examples=max(2, FUZZ.max_examples // 20))
@given(query=ADDRESSES)
@pytest.mark.parametrize("place", PLACES)
def test_no_address_ends_in_a_traceback(place, query):
    app = open_page(place, query)
    assert not app.exception, query
    assert not app.error, query
    shown = " ".join(warning.value for warning in app.warning)
    assert len(shown) < 4000


def test_what_an_address_says_is_quoted_and_not_rendered():
    app = open_page("explore", {"dataset": "![x](https://example.org/x.png)", "model": "`:red[x]`"})
    shown = " ".join(warning.value for warning in app.warning)
    assert r"\!\[x\]\(https\:" in shown
    assert "![x](" not in shown


STUDIES = {
    name: json.loads((models_folder() / "digits" / "_studies" / f"{name}.json").read_text())
    for name in ("real", "similarity")
}


@FUZZ
@given(st.data())
@pytest.mark.parametrize("name", list(STUDIES))
def test_a_spoilt_study_is_read_whole_or_refused(tmp_path, name, data):
    path = tmp_path / "digits" / "_studies" / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data.draw(spoilt_json([STUDIES[name]]))))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LATENTCORE_MODELS", str(tmp_path))
        real_row.clear()
        study_of.clear()
        try:
            row, result = real_row("digits"), study_of("digits", "similarity")
        except LatentcoreError:
            return
    if name == "real":
        assert row is not None
        scores = [score for measure in SUITE if (score := row.score(measure)) is not None]
        assert all(score.bounds[0] <= 1e15 for score in scores)
        return
    assert result is not None
    study = read_similarity(result)
    for measure in MEASURES:
        similarity_table(study, measure, study.models)
        reference_values(study, measure)


@pytest.fixture
def models(tmp_path, monkeypatch) -> Path:
    """A models folder of this test's own, with four bundles; the front door opens all but LDA."""
    for name in ("pca-d2", "ae-d2", "vae-d2", "lda-d2"):
        shutil.copytree(models_folder() / "digits" / name, tmp_path / "digits" / name)
    monkeypatch.setenv("LATENTCORE_MODELS", str(tmp_path))
    return tmp_path / "digits"


@pytest.mark.parametrize("name", list(STUDIES))
def test_a_spoilt_study_is_a_sentence_on_the_page(models, name):
    spoilt: Any = json.loads(json.dumps(STUDIES[name]))
    spoilt["found"] = {"models": 7, "mse": {"value": "x"}}
    (models / "_studies").mkdir()
    (models / "_studies" / f"{name}.json").write_text(json.dumps(spoilt))
    app = open_page("scores" if name == "real" else "spaces", {"dataset": "digits"})
    assert not app.exception
    said = " ".join(element.value for element in [*app.error, *app.warning])
    assert f"latentcore study {name} digits" in said


def a_minute_later() -> None:
    """The catalogue looks again after a minute; here, at once."""
    catalogue_service.scanned_bundles.clear()


def explore(**query: str) -> AppTest:
    app = open_page("explore", {"dataset": "digits", **query})
    assert not app.exception
    return app


def test_a_bundle_that_is_deleted_and_restored_while_the_server_runs(models, tmp_path):
    assert not explore(model="vae-d2").error
    (models / "vae-d2").rename(tmp_path / "aside")
    assert not explore(model="vae-d2").error  # from memory
    a_minute_later()
    gone = explore(model="vae-d2")
    assert any("no model “vae-d2”" in warning.value.replace("\\", "") for warning in gone.warning)
    assert gone.query_params["model"] != "vae-d2"
    (tmp_path / "aside").rename(models / "vae-d2")
    a_minute_later()
    back = explore(model="vae-d2")
    assert not back.error
    assert not back.warning


def test_a_bundle_that_goes_between_two_looks_is_named(models):
    explore(model="pca-d2")
    shutil.rmtree(models / "lda-d2")
    assert "No bundle" in explore(model="lda-d2").error[0].value
    assert not explore(model="pca-d2").error


def test_a_bundle_that_goes_before_a_click_is_named(models):
    app = open_page("interpolate", {"dataset": "digits", "models": "vae-d2"})
    button = next(button for button in app.button if button.label == "Random pair")
    shutil.rmtree(models / "vae-d2")
    catalogue_service._loaded.clear()
    button.click().run()
    assert not app.exception
    assert "No bundle" in app.error[0].value


@pytest.mark.parametrize("file", ["model.safetensors", "codes.npz", "config.json"])
def test_a_bundle_that_is_corrupted_and_restored_while_the_server_runs(models, file):
    explore(model="pca-d2")
    content = (models / "lda-d2" / file).read_bytes()
    (models / "lda-d2" / file).write_bytes(content[:-9])
    a_minute_later()
    broken = explore(model="lda-d2")
    assert any(file in element.value for element in [*broken.error, *broken.warning])
    assert not explore(model="pca-d2").error
    (models / "lda-d2" / file).write_bytes(content)
    a_minute_later()
    mended = explore(model="lda-d2")
    assert not mended.error
    assert not mended.warning


def test_a_bundle_that_is_replaced_is_shown_anew_with_all_that_follows_from_it(models):
    explore(model="vae-d2")
    before = catalogue_service.open_bundle("digits/vae-d2")
    shutil.rmtree(models / "vae-d2")
    shutil.copytree(models / "ae-d2", models / "vae-d2")
    config = json.loads((models / "vae-d2" / "config.json").read_text()) | {"id": "digits/vae-d2"}
    (models / "vae-d2" / "config.json").write_text(json.dumps(config))
    assert catalogue_service.open_bundle("digits/vae-d2") is before
    a_minute_later()
    assert not explore(model="vae-d2").error
    assert catalogue_service.open_bundle("digits/vae-d2").spec.family == "ae"
