"""The study of denoising, on a small dataset."""

from __future__ import annotations

import numpy as np
import pytest

from latentcore.corruptions import CORRUPTIONS
from latentcore.filters import FILTERS
from latentcore.metrics.reconstruction import psnr
from latentcore.store import load_bundle, models_folder
from latentcore.studies import read_study
from latentcore.studies.denoise import best_strength, denoising

KEPT = ("pca-d8", "ae-d8")


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    root = tmp_path_factory.mktemp("models")
    (root / "digits").mkdir()
    for name in KEPT:
        (root / "digits" / name).symlink_to(models_folder() / "digits" / name)
    return denoising("digits", root, lambda _stage: None)


def scores(found, kind, method, measure="psnr"):
    return {row["level"]: row[measure] for row in found["scores"][kind] if row["method"] == method}


def test_every_method_has_every_level(found):
    assert found["methods"] == [*sorted(KEPT), *FILTERS, "noisy"]
    for kind, corruption in CORRUPTIONS.items():
        for method in found["methods"]:
            expected = {*corruption.levels} | ({0} if method in KEPT else set())
            for measure in ("psnr", "ssim"):
                measured = scores(found, kind, method, measure)
                assert set(measured) == expected
                assert all(low <= value <= high for value, low, high in measured.values())


def test_no_noise_gives_the_models_own_error(found):
    for name in KEPT:
        errors = load_bundle(f"digits/{name}").test.errors
        for kind in CORRUPTIONS:
            assert scores(found, kind, name)[0][0] == pytest.approx(psnr(float(errors.mean())), abs=0.02)


def test_more_noise_is_worse_and_filters_never_do_harm_on_the_whole(found):
    noisy = [value for value, *_ in scores(found, "gaussian", "noisy").values()]
    assert noisy == sorted(noisy, reverse=True)
    for kind in CORRUPTIONS:
        before = scores(found, kind, "noisy")
        for name in FILTERS:
            for level, (value, *_) in scores(found, kind, name).items():
                assert value > before[level][0] - 0.3  # strength 0 is among the choices


def test_strength_is_the_best_of_those_offered():
    clean = np.zeros((2, 1, 9, 9), np.float32)
    spoilt = clean.copy()
    spoilt[:, :, 4, 4] = 1
    assert best_strength(FILTERS["median"], clean, spoilt) == 1
    assert best_strength(FILTERS["median"], clean, clean) == 0


def test_the_denoising_autoencoder_meets_its_bar():
    study = read_study("mnist", "denoise")
    assert study is not None
    at = {row["method"]: row["psnr"] for row in study.found["scores"]["gaussian"] if row["level"] == 0.5}
    assert at["dae-d16"][0] >= 19
    assert all(at["dae-d16"][1] > at[name][2] for name in FILTERS)
