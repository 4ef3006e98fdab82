"""Compression, run without a browser."""

from __future__ import annotations

import time
from functools import partial

import numpy as np
import pytest
import vl_convert
from streamlit.testing.v1 import AppTest

from dashboard.apply.compression.charts import rate_distortion_chart
from dashboard.apply.compression.services.compress import Request, compress_image, compress_images, lat_file
from dashboard.apply.compression.services.study import (
    chosen_curves,
    curve_table,
    missing_models,
)
from dashboard.data import study_results
from dashboard.data.catalogue import open_bundle
from dashboard.data.jobs import Job, start_job
from dashboard.data.study_results import study_of
from latentcore import cli
from latentcore.codec import compress, decompress
from latentcore.datasets import load_dataset
from latentcore.store import load_bundle
from tests.dashboard import pages
from tests.dashboard.bundles import open_partially

MODELS = ("ae-d8", "vae-d8")


def open_page(**query: object) -> AppTest:
    return pages.open_page("compression", **query)


def study():
    found = study_of("digits", "compression")
    assert found is not None
    return found


def said(app: AppTest) -> str:
    return " ".join(e.value for e in [*app.caption, *app.info, *app.warning, *app.markdown])


def test_the_page_shows_the_study():
    app = open_page(models=list(MODELS))
    table = app.dataframe[0].value
    assert table["Model"].tolist() == ["Autoencoder, 8-D", "VAE, 8-D"]
    point = chosen_curves(study(), ["ae-d8"])[0].at_step(0.35)
    assert point is not None
    assert table["bits per pixel"][0] == point.bits_per_pixel
    assert table["decoder"][0] == point.decoder_bytes / 1000
    assert "n = 540 test images" in said(app)


def test_another_step_and_another_share_change_the_table():
    app = open_page(models=list(MODELS))
    before = app.dataframe[0].value["bits per pixel"][0]
    app.select_slider(key="pick_step").set_value("1").run()
    coarse = app.dataframe[0].value["bits per pixel"][0]
    assert coarse < before
    app.select_slider(key="pick_share").set_value("100").run()
    assert not app.exception
    shared = app.dataframe[0].value["bits per pixel"][0]
    decoder = app.dataframe[0].value["decoder"][0]
    assert shared == pytest.approx(coarse + 8 * 1000 * decoder / (100 * 64))
    assert app.query_params["step"] == "1"
    assert app.query_params["share"] == "100"


def test_the_address_restores_the_page():
    app = open_page(models=["vae-d8"], step="0.7", share="1000", rate="0.25", point="7")
    assert app.select_slider(key="pick_step").value == "0.7"
    assert app.select_slider(key="pick_share").value == "1000"
    assert app.select_slider(key="pick_rate").value == "0.25"
    assert app.query_params["point"] == "7"


@pytest.mark.parametrize(
    ("query", "notice"),
    [
        ({"step": "17"}, "no step “17”"),
        ({"share": "many"}, "no number of images “many”"),
        ({"rate": "-1"}, "no rate “-1”"),
        ({"point": "99999"}, "no test image “99999”"),
    ],
)
def test_an_unknown_value_falls_back_with_a_notice(query, notice):
    assert notice in said(open_page(models=["vae-d8"], **query))


def test_without_a_study_the_page_says_how_to_run_it(monkeypatch):
    monkeypatch.setattr(study_results, "read_study", lambda *_: None)
    app = open_page()
    assert "latentcore study compression digits" in said(app)


def test_a_model_that_the_study_lacks_is_named(monkeypatch):
    curves = [curve for curve in study().found["curves"] if curve["name"] != "ae-d8"]
    found = study()
    monkeypatch.setitem(found.found, "curves", curves)
    assert missing_models(found, MODELS) == ["ae-d8"]
    assert [curve.name for curve in chosen_curves(found, MODELS)][:2] == ["vae-d8", "PCA"]
    assert "left out: ae-d8" in said(open_page(models=list(MODELS)))


def test_mnist_opens_with_no_dataset_on_disk(no_data):
    app = open_page(dataset="mnist", models=["pca-d16", "vae-d2"])
    assert "shown as stand-ins" in said(app)
    assert "need the original images" in said(app)


# -- what is computed --------------------------------------------------------------------


def test_every_method_keeps_within_the_rate_or_says_so():
    curves = chosen_curves(study(), MODELS)
    found = compress_image("digits", 3, curves, 0.4)
    assert [entry.title for entry in found] == [curve.title for curve in curves]
    for entry in found:
        assert entry.fits == (entry.point.bits_per_pixel <= 0.4)
        assert entry.image.shape == (1, 8, 8)
        assert entry.psnr is not None
        assert 5 < entry.psnr < 40
    finer = compress_image("digits", 3, curves[:2], 2.0)
    assert all(b.point.psnr >= a.point.psnr for a, b in zip(found[:2], finer, strict=True))


def test_a_model_without_a_code_of_the_image_is_left_out(monkeypatch):
    open_partially(monkeypatch, "digits/ae-d8", np.arange(5))
    curves = chosen_curves(study(), MODELS)
    found = compress_image("digits", 42, curves, 0.4)
    assert {curve.title for curve in curves} - {entry.title for entry in found} == {"Autoencoder, 8-D"}


def test_a_models_image_is_that_of_the_file():
    curve = chosen_curves(study(), ["ae-d8"])[0]
    bundle = load_bundle("digits/ae-d8")
    entry = compress_image("digits", 3, [curve], 0.4)[0]
    data = compress(load_dataset("digits", "test").images[3:4], bundle, step=entry.point.setting["step"])
    assert np.abs(decompress(data, bundle)[0] - entry.image).max() < 0.1


def test_the_download_opens_with_the_command(tmp_path, monkeypatch):
    curve = chosen_curves(study(), ["vae-d8"])[0]
    assert curve.grid is not None
    (tmp_path / "digits-vae-d8.lat").write_bytes(lat_file(open_bundle("digits/vae-d8"), curve.grid, 0.35))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["latentcore", "decompress", "digits-vae-d8.lat", "images"])
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code in (0, None)
    assert len(list((tmp_path / "images").glob("*.png"))) == 100


def test_compressing_again_gives_the_studys_numbers():
    job = start_job(partial(compress_images, Request(("digits/pca-d8", "digits/vae-d8"), 0.5, 540)))
    assert isinstance(job, Job)
    for _ in range(300):
        if job.finished:
            break
        time.sleep(0.1)
    assert job.problem is None
    for line, curve in zip(job.result, chosen_curves(study(), ["pca-d8", "vae-d8"]), strict=False):
        point = curve.at_step(0.5)
        assert point is not None
        assert line.point.bits_per_pixel == pytest.approx(point.bits_per_pixel, rel=0.01)
        assert line.point.psnr == pytest.approx(point.psnr, abs=0.05)


def test_the_decoder_costs_less_per_pixel_the_more_images_it_is_divided_among():
    curve = chosen_curves(study(), ["ae-d8"])[0]
    point = curve.points[3]
    rates = [point.rate_with_decoder(n, 64) for n in (100, 1_000, 10_000, 100_000)]
    assert rates == sorted(rates, reverse=True)
    assert rates[-1] > point.bits_per_pixel == point.rate_with_decoder(0, 64)


@pytest.mark.parametrize("dark", [True, False])
@pytest.mark.parametrize("target", [None, (21.0, 0.1)])
def test_the_chart_compiles_and_rings_the_step(target, dark):
    curves = chosen_curves(study(), MODELS)
    table = curve_table(curves, 0, 64)
    spec = rate_distortion_chart(table, 0.35, target, dark=dark)
    svg = vl_convert.vegalite_to_svg(spec | {"width": 700})
    for curve in curves:
        assert curve.title in svg
    assert ("target: 21 dB" in svg) == (target is not None)
    ringed = [rows for rows in spec["datasets"].values() if {row.get("step") for row in rows} == {0.35}]
    assert [row["title"] for row in ringed[0]] == ["Autoencoder, 8-D", "VAE, 8-D"]
