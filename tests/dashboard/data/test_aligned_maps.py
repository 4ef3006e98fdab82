"""Maps of several models: the same samples in every pair of columns, aligned, with an atlas of images."""

from __future__ import annotations

import numpy as np
import pytest

from dashboard.data import aligned_maps as linked
from dashboard.data.aligned_maps import common_rows, linked_data, sample_atlas
from dashboard.data.catalogue import open_bundle
from dashboard.data.code_tables import rows_of
from dashboard.data.images import stand_ins
from latentcore.metrics.similarity import procrustes_r2
from tests.dashboard.bundles import opened

BUNDLES = tuple(f"digits/{name}" for name in ("pca-d2", "ae-d2", "vae-d8", "gan-d2", "lda-d9"))


def test_the_table_has_the_same_samples_in_every_pair_of_columns():
    data = linked_data(opened(BUNDLES), align=False)
    assert len(data.table) == data.n_total == 540
    for k, name in enumerate(BUNDLES):
        bundle = open_bundle(name)
        rows = rows_of(bundle, data.table["index"].to_numpy())
        assert np.array_equal(bundle.test.indices[rows], data.table["index"])
        assert (np.array(bundle.classes)[bundle.test.labels[rows]] == data.table["class"]).all()
        places = data.table[[f"x{k}", f"y{k}"]].to_numpy()
        assert np.abs(places).max() == pytest.approx(1, abs=1e-3)
        away, shown = (p - np.median(p, axis=0) for p in (bundle.test.plane[rows], places))
        cosine = (away * shown).sum(axis=1) / np.maximum(
            np.linalg.norm(away, axis=1) * np.linalg.norm(shown, axis=1), 1e-9
        )
        assert np.median(cosine) > 0.98  # unaligned maps keep their directions
        assert data.planes[k] == ("codes" if bundle.spec.latent_dim == 2 else "UMAP of the codes")


def test_alignment_turns_a_map_towards_the_first_and_leaves_its_shape():
    aligned, plain = (linked_data(opened(BUNDLES), align=align).table for align in (True, False))
    first = plain[["x0", "y0"]].to_numpy()
    assert np.array_equal(first, aligned[["x0", "y0"]])
    for k in range(1, len(BUNDLES)):
        turned, former = (table[[f"x{k}", f"y{k}"]].to_numpy(np.float32) for table in (aligned, plain))
        assert procrustes_r2(turned, former) == pytest.approx(1, abs=1e-4)
        away = [p - p.mean(axis=0) for p in (turned, former, first)]
        unit = [p / np.linalg.norm(p) for p in away]
        assert np.linalg.norm(unit[0] - unit[2]) <= np.linalg.norm(unit[1] - unit[2]) + 1e-4


def test_bundles_with_other_rows_share_what_they_have_in_common():
    bundle = open_bundle(BUNDLES[0])
    order = np.random.default_rng(0).permutation(len(bundle.test))[:300]

    class Fewer:
        test = type("Table", (), {"indices": bundle.test.indices[order]})

    first, second = common_rows([bundle, Fewer])
    assert np.array_equal(bundle.test.indices[first], Fewer.test.indices[second])
    assert len(first) == 300


def test_the_atlas_has_each_sample_in_its_tile_and_decodes_stand_in(monkeypatch):
    indices = (7, 3, 101)
    shown = []

    def keep(images: np.ndarray, _: int) -> np.ndarray:
        shown.append(images)
        return np.zeros((8, 8), np.uint8)

    monkeypatch.setattr(linked, "grid_pixels", keep)
    assert sample_atlas("digits", indices).made_by is None
    monkeypatch.setattr(stand_ins, "has_originals", lambda _: False)
    assert sample_atlas("digits", indices).made_by == "digits/transformer-d8"
    bundle = open_bundle("digits/transformer-d8")
    assert np.array_equal(
        shown[1], bundle.model.decode(bundle.test.codes[rows_of(bundle, np.array(indices))])
    )
