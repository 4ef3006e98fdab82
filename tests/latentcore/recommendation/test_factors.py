"""Factors, their ranking scores, folded-in tastes, and factors that are found again."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse
from sklearn.metrics import ndcg_score

from latentcore.exceptions import SpaceError
from latentcore.recommendation import FactorSettings, fit_factors, fold_in
from latentcore.recommendation.factorising import FactoriseOptions, factorise
from latentcore.recommendation.held_out import held_out_scores, tuned_settings
from latentcore.recommendation.known_tastes import found_again, known_tastes
from latentcore.recommendation.ranking import chance_quality, ranking_quality
from latentcore.recommendation.ratings import split_per_user
from latentcore.recommendation.reading import read_ratings
from latentcore.recommendation.taste import recommend, recommends
from latentcore.spaces import load_space
from tests.latentcore.recommendation.tables_of_ratings import rows_of, write_csv


def test_a_share_of_each_users_ratings_is_held_out_at_random() -> None:
    users = np.repeat([2, 0, 1], [8, 3, 40])
    rest, held = split_per_user(users, 0.25, np.random.default_rng(0))
    assert np.bincount(users[held]).tolist() == [0, 10, 2]
    assert np.array_equal(np.sort(np.concatenate([rest, held])), np.arange(len(users)))
    assert not np.array_equal(held, split_per_user(users, 0.25, np.random.default_rng(1))[1])


def test_recall_and_ndcg_are_those_of_scikit_learn_over_unknown_items() -> None:
    generator = np.random.default_rng(0)
    scores = generator.random((12, 40)).astype(np.float32)
    state = generator.integers(0, 4, scores.shape)
    known, held = (sparse.csr_matrix((state == k).astype(np.float32)) for k in (1, 2))
    users = np.array([3, 0, 11, 7])
    quality = ranking_quality(lambda part: scores[part], known, held, users)
    for k, user in enumerate(users):
        unknown = state[user] != 1
        relevant, score = (state[user] == 2)[unknown], scores[user][unknown]
        assert quality.ndcg[k] == pytest.approx(ndcg_score([relevant], [score], k=10), abs=1e-6)
        top = np.argsort(-score)[:10]
        assert quality.recall[k] == pytest.approx(relevant[top].sum() / relevant.sum())


def test_known_items_do_not_count_where_few_others_are_left() -> None:
    known = sparse.csr_matrix(np.array([[1, 1, 1, 0]], np.float32))
    held = sparse.csr_matrix(np.array([[0, 0, 0, 1]], np.float32))
    quality = ranking_quality(lambda _: np.zeros((1, 4), np.float32), known, held, np.array([0]))
    assert (quality.recall[0], quality.ndcg[0]) == (1, 1)


def test_chance_is_the_mean_of_random_orders() -> None:
    generator = np.random.default_rng(0)
    state = generator.integers(0, 3, (1, 30))
    known, held = (sparse.csr_matrix((state == k).astype(np.float32)) for k in (1, 2))
    user = np.array([0])
    tries = [
        ranking_quality(lambda _: generator.random((1, 30), np.float32), known, held, user)
        for _ in range(4000)
    ]
    expected = chance_quality(known, held, user)
    assert np.mean([one.recall for one in tries]) == pytest.approx(expected.recall[0], abs=0.01)
    assert np.mean([one.ndcg for one in tries]) == pytest.approx(expected.ndcg[0], abs=0.01)


def test_dimensions_outside_2_to_64_and_too_few_ratings_are_refused(tmp_path: Path) -> None:
    for latent_dim in (1, 65):
        with pytest.raises(SpaceError, match=f"The latent dimension is {latent_dim}"):
            FactorSettings(latent_dim=latent_dim)
    ratings = read_ratings(write_csv(tmp_path, rows_of()))
    with pytest.raises(SpaceError, match="30 users and 24 items have no factors of 32 dimensions"):
        fit_factors(ratings.matrix(), FactorSettings(latent_dim=32))
    few = read_ratings(write_csv(tmp_path, [("1", "a", 1), ("2", "b", 1), ("1", "b", 1)]))
    with pytest.raises(SpaceError, match="No user has enough ratings"):
        tuned_settings(few, 2)


def test_without_the_package_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "implicit.cpu.als", None)
    with pytest.raises(SpaceError, match=r"pip install 'latent-atlas\[recommend\]'"):
        fit_factors(sparse.csr_matrix(np.ones((4, 4), np.float32)), FactorSettings(latent_dim=2))


def test_a_folded_in_user_has_the_factors_that_the_library_gives_them(tmp_path: Path) -> None:
    als = pytest.importorskip("implicit.cpu.als")
    ratings = read_ratings(write_csv(tmp_path, rows_of()))
    settings = FactorSettings(latent_dim=4, confidence=5.0, regularisation=0.7)
    items = fit_factors(ratings.matrix(), settings).items
    model = als.AlternatingLeastSquares(factors=4, alpha=5.0, regularization=0.7)
    model.item_factors = items
    liked = np.array([1, 7, 9])
    new = sparse.csr_matrix((np.ones(3, np.float32), (np.zeros(3, int), liked)), (1, len(items)))
    np.testing.assert_allclose(fold_in(items, liked, settings), model.recalculate_user(0, new), rtol=1e-3)


def test_ratings_become_a_space_that_recommends(tmp_path: Path) -> None:
    pytest.importorskip("implicit")
    ratings = read_ratings(write_csv(tmp_path, rows_of(n_users=60)))
    items = tmp_path / "movies.csv"
    items.write_text(
        "movieId,title,genres\n" + "\n".join(f"{k},Film {k},{'AB'[k % 2]}|C" for k in range(1, 25))
    )
    made = factorise(
        "films", ratings, tmp_path / "spaces", source=tmp_path,
        options=FactoriseOptions(latent_dim=2, plane="pca", command="latentcore space factorise"),
    )  # fmt: skip
    space = load_space(made.id, tmp_path / "spaces")
    assert made.id == "films/als-d2"
    assert space.classes == ("A", "B")
    assert space.metrics["recall_at_10"]["value"] > space.metrics["recall_at_10_chance"]["value"] + 0.3
    assert space.metrics["ndcg_at_10"]["value"] > space.metrics["ndcg_at_10_popularity"]["value"]
    assert {"recall_at_10", "ndcg_at_10_popularity", "knn_accuracy"} <= set(space.metrics)
    assert "latentcore space factorise" in space.card
    assert recommends(space.spec)
    liked = np.flatnonzero(space.items.labels == 0)[:3]
    taste = recommend(space, liked, 9)
    assert (space.items.labels[taste.rows] == 0).all()
    assert not set(taste.rows) & set(liked)
    assert taste.code.shape == (2,)
    assert (np.diff(taste.scores) <= 0).all()
    fewer = recommend(space, liked, 8, known=taste.rows[:1])
    assert fewer.rows.tolist() == taste.rows[1:].tolist()
    assert len(recommend(space, liked, 100).rows) == 21
    for wrong, message in (([], "at least one"), ([24], "no item 24"), ([-1], "rows go from 0")):
        with pytest.raises(SpaceError, match=message):
            recommend(space, wrong)


def test_known_factors_are_found_again() -> None:
    pytest.importorskip("implicit")
    known = known_tastes(300)
    settings = FactorSettings(latent_dim=8, confidence=10, regularisation=10)
    codes = fit_factors(known.ratings.matrix(), settings).items
    scores = found_again(codes, known.factors)
    assert scores["known_factors_r2"]["value"] > 0.6
    assert scores["known_factors_r2_chance"]["value"] < 0.02
    again = known_tastes(300)
    assert np.array_equal(again.ratings.items, known.ratings.items)
    exact = found_again(known.factors @ np.random.default_rng(0).random((8, 8)), known.factors)
    assert exact["known_factors_r2"]["value"] == pytest.approx(1)


def _movielens() -> Path | None:
    """Return the ratings of MovieLens-100k, which cannot be shipped, from the folder that is named."""
    folder = Path(os.environ.get("MOVIELENS_100K", "-"))
    return next(iter(sorted([*folder.glob("u.data"), *folder.glob("*.inter")])), None)


@pytest.mark.skipif(_movielens() is None, reason="MOVIELENS_100K names no folder with its ratings")
def test_movielens_100k_is_predicted_as_well_as_published() -> None:
    pytest.importorskip("implicit")
    path = _movielens()
    assert path is not None
    ratings = read_ratings(path)
    assert len(ratings) == 100_000
    scores = held_out_scores(ratings, FactorSettings(latent_dim=16, confidence=3, regularisation=30))
    assert scores["recall_at_10"]["value"] > 0.21
    assert scores["ndcg_at_10"]["value"] > 0.46
    assert scores["ndcg_at_10_popularity"]["value"] < 0.27
