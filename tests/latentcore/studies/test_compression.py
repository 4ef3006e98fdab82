"""The compression study: its arithmetic, and what it left beside the bundles."""

from __future__ import annotations

import numpy as np
import pytest

from latentcore.codec import compress
from latentcore.codec.codec import unit_grid
from latentcore.codec.mosaics import available_formats, mosaic_round_trip
from latentcore.codec.rate_distortion import decoder_bytes, model_points, rate_point
from latentcore.datasets import DATASETS, load_dataset
from latentcore.metrics.reconstruction import image_mse, psnr
from latentcore.store import list_bundles, load_bundle
from latentcore.studies import read_study
from latentcore.studies.compression import best_within_target, curves
from latentcore.studies.pca_codec import PCACodec, lower_hull


@pytest.fixture(scope="module")
def images():
    return load_dataset("digits", "test").images


def test_a_point_is_that_of_the_real_file(images):
    bundle = load_bundle("digits/ae-d8")
    unit = unit_grid(bundle)
    point = model_points(bundle, unit, images, (0.5,), seed=0)[0]
    assert point.n_bytes == len(compress(images, bundle, step=0.5))
    assert point.bits_per_pixel == 8 * point.n_bytes / (540 * 64)
    assert point.interval[0] < point.psnr < point.interval[1]
    assert point.setting == {"step": 0.5}


def test_the_psnr_is_that_of_the_mean_error(images):
    noisy = np.clip(images + np.linspace(0, 0.5, len(images), dtype=np.float32)[:, None, None, None], 0, 1)
    point = rate_point(images, noisy, 1_000, seed=0)
    assert point.psnr == pytest.approx(psnr(float(image_mse(images, noisy).mean())), abs=1e-3)


def test_the_decoder_is_what_decoding_needs():
    for name, n_numbers in {"pca-d8": 9 * 64, "lda-d9": 10 * 64}.items():
        bundle = load_bundle(f"digits/{name}")
        size = decoder_bytes(bundle, unit_grid(bundle))
        assert 2 * n_numbers < size < 4 * n_numbers + 9 * 200
    bundle = load_bundle("digits/gan-d8")
    assert (
        decoder_bytes(bundle, unit_grid(bundle)) < (bundle.spec.folder / "model.safetensors").stat().st_size
    )


@pytest.mark.parametrize("name", available_formats())
@pytest.mark.parametrize("n", [1, 7, 20, 401])
def test_mosaics_give_every_image_back_in_its_place(images, name, n):
    n_bytes, decoded = mosaic_round_trip(images[:n], name, 100)
    assert decoded.shape == images[:n].shape
    assert image_mse(images[:n], decoded).max() < 0.02
    assert n_bytes > 0


@pytest.mark.parametrize("name", available_formats())
def test_a_lower_quality_costs_less_and_errs_more(images, name):
    fine, coarse = (mosaic_round_trip(images[:100], name, quality) for quality in (90, 10))
    assert coarse[0] < fine[0]
    assert image_mse(images[:100], coarse[1]).mean() > image_mse(images[:100], fine[1]).mean()


def test_colour_mosaics_come_back():
    images = np.random.default_rng(0).random((3, 3, 16, 16), np.float32).round()
    assert mosaic_round_trip(images, "WebP", 100)[1].shape == images.shape


def test_pca_with_all_its_components_and_fine_steps_is_exact():
    images = load_dataset("digits", "train").images
    codec = PCACodec.fit(images)
    _, decoded, size = codec.round_trip(images[:50], codec.model.latent_dim, 0.01)
    assert image_mse(images[:50], decoded).max() < 1e-4
    assert size > 2 * 64 * 64
    small, large = (codec.round_trip(images[:200], 8, step) for step in (1.0, 0.1))
    assert small[0] < large[0]
    assert image_mse(images[:200], small[1]).mean() > image_mse(images[:200], large[1]).mean()


def test_the_hull_leaves_out_what_a_mix_of_others_beats():
    costs = [(10, 1.0), (20, 0.99), (30, 0.1), (25, 0.5), (30, 0.2), (40, 0.1), (60, 0.05)]
    assert lower_hull(costs) == [0, 2, 6]
    assert lower_hull([(5, 1.0)]) == [0]


def test_the_bar_is_reached_by_models_only():
    def curve(name, kind, *points):
        return {"name": name, "kind": kind, "points": [{"bits_per_pixel": b, "psnr": p} for b, p in points]}

    found = [
        curve("a", "model", (0.05, 20.0), (0.09, 21.5)),
        curve("b", "model", (0.08, 21.0), (0.2, 25.0)),
        curve("PCA", "pca", (0.01, 30.0)),
    ]
    assert best_within_target(found, (21.0, 0.1)) == {"model": "b", "bits_per_pixel": 0.08, "psnr": 21.0}
    assert best_within_target(found, (22.0, 0.1)) is None
    assert best_within_target(found, None) is None


def test_the_study_repeats_what_is_beside_the_bundles(monkeypatch):
    """All but PCA and the formats, on a part of the models."""
    monkeypatch.setattr("latentcore.studies.compression.pca_points", lambda *_: [])
    monkeypatch.setattr("latentcore.studies.compression.available_formats", list)
    bundles = [spec for spec in list_bundles() if spec.id in {"digits/pca-d2", "digits/vae-d8"}]
    monkeypatch.setattr("latentcore.studies.compression.list_bundles", lambda _root: bundles)
    found = curves("digits", bundles[0].folder.parents[1], lambda _stage: None)
    assert found["missing"] == ["JPEG", "WebP", "AVIF"]
    study = read_study("digits", "compression")
    assert study is not None
    recorded = {curve["name"]: curve for curve in study.found["curves"]}
    for curve in found["curves"]:
        for now, then in zip(curve["points"], recorded.get(curve["name"], curve)["points"], strict=False):
            assert now["n_bytes"] == pytest.approx(then["n_bytes"], rel=0.01)
            assert now["psnr"] == pytest.approx(then["psnr"], abs=0.05)


@pytest.mark.parametrize("dataset", DATASETS)
def test_what_was_measured_is_plausible(dataset):
    study = read_study(dataset, "compression")
    assert study is not None
    assert {curve["kind"] for curve in study.found["curves"]} == {"model", "pca", "format"}
    for curve in study.found["curves"]:
        points = curve["points"]
        rates = [point["bits_per_pixel"] for point in points]
        assert rates == sorted(rates), curve["name"]
        assert all(low <= p["psnr"] <= high for p in points for low, high in [p["interval"]])
        assert points[-1]["psnr"] > points[0]["psnr"]
        if curve["kind"] == "model":
            assert points[-1]["psnr"] <= curve["unquantised"] + 0.05


def test_a_shipped_model_passes_the_bar_on_mnist():
    study = read_study("mnist", "compression")
    assert study is not None
    decibels, bits = study.found["bar"]
    assert (decibels, bits) == (21.0, 0.10)
    assert study.found["reached"]["psnr"] >= decibels
    assert study.found["reached"]["bits_per_pixel"] <= bits
