"""Datasets, geometry, planes, atlas and metrics."""

from __future__ import annotations

import io
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image
from sklearn.decomposition import PCA
from sklearn.metrics import mean_squared_error
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

from latentcore.atlas import build_atlas
from latentcore.datasets import load_dataset
from latentcore.exceptions import UnknownNameError
from latentcore.geometry import cell_centres, cell_indices, square_extent
from latentcore.metrics.classification import knn_correct
from latentcore.metrics.nearest_neighbours import local_density
from latentcore.metrics.reconstruction import bootstrap_interval, image_mse
from latentcore.models.density import Gaussian
from latentcore.plane import dimension_plane, identity_plane, pca_plane, umap_plane
from latentcore.principal_components import principal_components
from latentcore.store import load_bundle

points = arrays(
    np.float32, st.tuples(st.integers(1, 30), st.just(2)), elements=st.floats(-100, 100, width=32)
)


@given(points)
def test_a_square_extent_holds_its_points(places):
    x_min, x_max, y_min, y_max = square_extent(places)
    assert x_max - x_min == pytest.approx(y_max - y_min)
    assert (places[:, 0] > x_min).all()
    assert (places[:, 0] < x_max).all()
    assert (places[:, 1] > y_min).all()
    assert (places[:, 1] < y_max).all()


def test_a_square_extent_of_the_middle_leaves_out_what_is_far():
    crowd = np.random.default_rng(0).uniform(-1, 1, (998, 2)).astype(np.float32)
    x_min, x_max, y_min, y_max = square_extent(np.concatenate([crowd, [[500, 0], [0, -500]]]), share=0.99)
    assert max(abs(x_min), x_max, abs(y_min), y_max) < 1.2
    assert min(abs(x_min), x_max, abs(y_min), y_max) > 1


@given(st.integers(1, 40), st.floats(-50, 50), st.floats(0.1, 100))
def test_every_cell_centre_lies_in_its_cell(n_cells, low, width):
    extent = (low, low + width, low, low + width)
    columns, rows = cell_indices(cell_centres(extent, n_cells), extent, n_cells)
    assert np.array_equal(columns, np.tile(np.arange(n_cells), n_cells))
    assert np.array_equal(rows, np.repeat(np.arange(n_cells), n_cells))


def test_the_split_is_stratified_fixed_and_disjoint():
    train, test = load_dataset("digits", "train"), load_dataset("digits", "test")
    assert (len(train), len(test)) == (1257, 540)
    shares = [np.bincount(part.labels) / len(part) for part in (train, test)]
    assert np.abs(shares[0] - shares[1]).max() < 0.005
    rows = {image.tobytes() for image in train.images}
    assert not rows & {image.tobytes() for image in test.images}
    fit, held = train.holdout(0.2, seed=0)
    assert len(fit) + len(held) == 1257
    assert not set(fit.indices) & set(held.indices)


def test_unknown_datasets_and_splits_are_named():
    with pytest.raises(UnknownNameError, match="digits"):
        load_dataset("cats")
    with pytest.raises(ValueError, match="train, test"):
        load_dataset("digits", "validation")


def test_principal_components_are_scikit_learns():
    images = load_dataset("digits").images
    rows = images.reshape(len(images), -1)
    mean, components, shares = principal_components(rows)
    expected = PCA(10, svd_solver="covariance_eigh").fit(rows.astype(np.float64))
    assert np.allclose(mean, expected.mean_, atol=1e-12)
    assert np.allclose(components[:10], expected.components_, atol=1e-8)
    assert np.allclose(shares[:10], expected.explained_variance_ratio_, atol=1e-12)
    assert np.isfinite(principal_components(np.zeros((4, 3), np.float32))[2]).all()


@pytest.mark.parametrize("n_rows", [40, 2100])
def test_principal_components_of_large_images_are_scikit_learns(n_rows):
    scales = np.linspace(3, 0.01, 1100, dtype=np.float32)
    rows = np.random.default_rng(0).normal(size=(n_rows, 1100)).astype(np.float32) * scales
    mean, components, shares = principal_components(rows, 5)
    expected = PCA(5, svd_solver="full").fit(rows.astype(np.float64))
    assert np.allclose(mean, expected.mean_, atol=1e-6)
    assert np.allclose(np.abs(components @ expected.components_.T), np.eye(5), atol=1e-6)
    assert np.allclose(shares, expected.explained_variance_ratio_, atol=1e-8)
    assert (np.take_along_axis(components, np.abs(components).argmax(axis=1)[:, None], axis=1) > 0).all()
    with pytest.raises(ValueError, match="n_components is 0"):
        principal_components(rows, 0)


def test_a_few_components_of_few_long_rows_are_those_of_the_singular_value_decomposition():
    rows = np.random.default_rng(0).normal(size=(60, 1500)) * np.geomspace(3, 1e-4, 1500)
    some, every = principal_components(rows, 15), principal_components(rows)  # only the latter by an SVD
    assert np.allclose(some[1], every[1][:15], atol=1e-8)
    assert np.allclose(some[2], every[2][:15], atol=1e-12)
    assert np.array_equal(principal_components(rows, 15)[1], some[1])


@pytest.mark.parametrize("k", [10, 60])
@pytest.mark.parametrize("n_distinct", [2, 5])
def test_components_of_repeated_rows_are_orthonormal_and_their_shares_tell_the_rank(n_distinct, k):
    distinct = np.random.default_rng(0).normal(size=(n_distinct, 1500))
    rows = np.tile(distinct, (60 // n_distinct, 1))
    mean, components, shares = principal_components(rows, k)
    assert np.allclose(components @ components.T, np.eye(k), atol=1e-10)
    assert np.allclose(mean + (rows - mean) @ components.T @ components, rows, atol=1e-10)
    assert np.allclose(shares[n_distinct - 1 :], 0, atol=1e-12)
    assert np.isclose(shares.sum(), 1)
    mean, components, shares = principal_components(np.ones((60, 1500)), k)  # no variance at all
    assert np.allclose(components @ components.T, np.eye(k), atol=1e-10)
    assert (shares == 0).all()


def test_no_more_components_than_rows():
    rows = np.random.default_rng(0).normal(size=(12, 1500))
    assert principal_components(rows, 12)[1].shape == principal_components(rows)[1].shape == (12, 1500)
    with pytest.raises(ValueError, match="12 rows of 1500 dimensions have 1 to 12"):
        principal_components(rows, 13)


def test_planes_agree_with_other_implementations():
    codes = np.random.default_rng(0).normal(size=(80, 5)).astype(np.float32)
    plane = pca_plane(codes, codes)
    expected = PCA(2, svd_solver="full").fit_transform(codes)
    assert np.allclose(np.abs(plane.points), np.abs(expected), atol=1e-4)
    places = np.random.default_rng(1).normal(size=(9, 2)).astype(np.float32)
    blend = KNeighborsRegressor(8, weights="distance").fit(expected, codes).predict(places)
    assert np.allclose(umap_plane(expected, expected, codes).to_codes(places), blend, atol=1e-4)
    chosen = dimension_plane(codes, codes, 3, 1)
    assert np.array_equal(chosen.points, codes[:, [3, 1]])
    filled = chosen.to_codes(places)
    assert np.allclose(filled[:, [3, 1]], places)
    assert np.allclose(filled[:, 0], codes[:, 0].mean(), atol=1e-6)
    with pytest.raises(ValueError, match="needs 2"):
        identity_plane(codes)
    with pytest.raises(ValueError, match="span no plane"):
        dimension_plane(codes, codes, 2, 2)


@pytest.mark.parametrize(("name", "by_rows"), [("vae-d2", False), ("gan-d2", False), ("vae-d2", True)])
def test_the_tiles_are_the_decodes_of_their_cells(name, by_rows):
    model = load_bundle(f"digits/{name}").model
    extent = (-2.0, 2.0, -2.0, 2.0)
    atlas = build_atlas(model.decode, lambda places: places, extent, by_rows=by_rows)
    strips = [np.asarray(Image.open(io.BytesIO(strip)).convert("L"), np.float32) for strip in atlas.strips]
    tiles = np.concatenate(strips, axis=0 if by_rows else 1) / 255
    decodes = model.decode(cell_centres(extent, 48))[:, 0]
    cut = tiles.reshape(48, 8, 48, 8).swapaxes(1, 2).reshape(-1, 8, 8)
    assert np.abs(cut - decodes).mean() <= 6 / 255
    assert np.abs(cut - decodes).mean(axis=(1, 2)).max() <= 6 / 255


def test_metrics_agree_with_scikit_learn():
    train, test = load_dataset("digits", "train"), load_dataset("digits", "test")
    model = load_bundle("digits/pca-d8").model
    again = model.reconstruct(test.images)
    errors = image_mse(test.images, again)
    assert errors.mean() == pytest.approx(mean_squared_error(test.images.ravel(), again.ravel()), rel=1e-4)
    low, high = bootstrap_interval(errors, seed=0)
    assert low < errors.mean() < high
    codes = model.encode(train.images)
    classifier = KNeighborsClassifier(5).fit(codes, train.labels)
    correct = knn_correct(codes, train.labels, model.encode(test.images), test.labels)
    accuracy = classifier.score(model.encode(test.images), test.labels)
    assert correct.mean() == pytest.approx(accuracy, abs=0.004)
    with pytest.raises(ValueError, match="differ"):
        image_mse(test.images, again[:3])


def test_density_falls_with_distance():
    reference = np.random.default_rng(0).normal(size=(200, 2)).astype(np.float32)
    near, far = local_density(reference, np.array([[0, 0], [50, 0]], np.float32))
    brute = np.sort(np.linalg.norm(reference, axis=1))[:10].mean()
    assert near == pytest.approx(-np.log10(brute), abs=1e-5)
    assert near > far


def test_a_fitted_gaussian_has_the_moments_of_its_codes():
    codes = np.random.default_rng(0).normal([1, -2], [1, 3], (4000, 2)).astype(np.float32)
    drawn = Gaussian.fit(codes).sample(20_000, seed=0)
    assert np.allclose(drawn.mean(axis=0), codes.mean(axis=0), atol=0.1)
    assert np.allclose(np.cov(drawn.T), np.cov(codes.T), atol=0.25)


def test_loading_a_bundle_imports_neither_umap_nor_streamlit():
    code = (
        "import sys, latentcore; latentcore.load_bundle('digits/vae-d8').model\n"
        "assert not {'umap', 'streamlit', 'torchvision'} & set(sys.modules), 'imported'"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
