"""The spaces that come with the library: small, complete, and as their cards say."""

from __future__ import annotations

from pathlib import Path

import pytest

from latentcore.exceptions import UnknownNameError
from latentcore.recommendation.known_tastes import known_tastes
from latentcore.recommendation.taste import recommend, recommends
from latentcore.shipped_spaces import SHIPPED, make_spaces
from latentcore.spaces import find_spaces, load_space
from latentcore.spaces.folders import collection_folders, shipped_spaces
from latentcore.texts.number_words import numbers_table
from latentcore.texts.sentences import sentences_table

MOST_BYTES = 3 * 2**20
COLLECTIONS = sorted(collection_folders(shipped_spaces()))


def test_there_are_those_that_can_be_made_again(tmp_path: Path) -> None:
    assert set(COLLECTIONS) == set(SHIPPED)
    with pytest.raises(UnknownNameError, match="There is: numbers"):
        make_spaces("letters", tmp_path)


@pytest.mark.parametrize("name", COLLECTIONS)
def test_each_is_small_loads_and_says_how_it_is_made(name: str) -> None:
    folder = shipped_spaces() / name
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) <= MOST_BYTES
    for spec in find_spaces(name, shipped_spaces()):
        space = load_space(spec.id, shipped_spaces(), verify=True)
        assert f"latentcore space make {name}" in space.card
        assert space.metrics["knn_accuracy"]["value"] > 1.5 / len(space.classes)


def test_the_texts_are_those_that_the_code_makes() -> None:
    for name, made in (("numbers", numbers_table(250)), ("sentences", sentences_table(36))):
        spaces = [load_space(spec.id, shipped_spaces()) for spec in find_spaces(name, shipped_spaces())]
        assert [space.spec.name for space in spaces] == ["all-minilm-l6-v2", "tfidf", "wordllama"]
        items = spaces[0].items
        assert items.ids.tolist() == made["id"]
        assert items.values("text").tolist() == made["text"]


def test_known_tastes_are_found_again_and_recommended() -> None:
    space = load_space("known-tastes/als-d8", shipped_spaces())
    assert space.metrics["known_factors_r2"]["value"] > 0.9
    assert space.metrics["ndcg_at_10"]["value"] > 2 * space.metrics["ndcg_at_10_popularity"]["value"]
    assert recommends(space.spec)
    western = [row for row in range(space.n_items) if space.classes[space.items.labels[row]] == "Western"]
    taste = recommend(space, western[:5])
    assert sum(row in western for row in taste.rows) >= 8
    truth = load_space("known-tastes/known-d8", shipped_spaces())
    assert (truth.train.codes == known_tastes().factors).all()
    assert not recommends(truth.spec)


@pytest.mark.parametrize("dataset", ["mnist", "fashion_mnist"])
def test_features_of_images_name_their_data_set(dataset: str) -> None:
    (spec,) = find_spaces(f"{dataset.replace('_', '-')}-features", shipped_spaces())
    assert spec.collection.images == (dataset, "test")
    assert (spec.n_items, spec.latent_dim) == (10_000, 64)
