"""Texts of our own making: numbers in words, and sentences on topics."""

from __future__ import annotations

import numpy as np
import pytest

from latentcore.shipped_spaces import hundreds_scores, translation_scores
from latentcore.texts.number_words import LANGUAGES, number_in_words, numbers_table
from latentcore.texts.sentences import TOPICS, sentences_table


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, ("zero", "null", "zéro", "cero")),
        (21, ("twenty-one", "einundzwanzig", "vingt et un", "veintiuno")),
        (71, ("seventy-one", "einundsiebzig", "soixante et onze", "setenta y uno")),
        (80, ("eighty", "achtzig", "quatre-vingts", "ochenta")),
        (91, ("ninety-one", "einundneunzig", "quatre-vingt-onze", "noventa y uno")),
        (100, ("one hundred", "einhundert", "cent", "cien")),
        (201, ("two hundred and one", "zweihunderteins", "deux cent un", "doscientos uno")),
        (516, ("five hundred and sixteen", "fünfhundertsechzehn", "cinq cent seize", "quinientos dieciséis")),
        (600, ("six hundred", "sechshundert", "six cents", "seiscientos")),
        (
            999,
            (
                "nine hundred and ninety-nine",
                "neunhundertneunundneunzig",
                "neuf cent quatre-vingt-dix-neuf",
                "novecientos noventa y nueve",
            ),
        ),
    ],
)
def test_numbers_are_spelt_in_each_language(number: int, words: tuple[str, ...]) -> None:
    assert tuple(number_in_words(number, language) for language in LANGUAGES) == words


def test_every_number_has_words_of_its_own() -> None:
    for language in LANGUAGES:
        assert len({number_in_words(number, language) for number in range(1000)}) == 1000
    with pytest.raises(ValueError, match="between 0 and 999"):
        number_in_words(1000, "French")


def test_the_tables_are_seeded_and_hold_no_text_twice() -> None:
    table = numbers_table(40)
    assert table == numbers_table(40) != numbers_table(40, seed=1)
    assert len(set(table["id"])) == len(table["text"]) == 160
    assert all(table["number"].count(number) == 4 for number in table["number"])
    sentences = sentences_table(36)
    assert len(set(sentences["text"])) == 36 * len(TOPICS)
    assert sentences == sentences_table(36)
    assert {sentences["topic"].count(topic) for _, topic in TOPICS} == {36}


def test_translation_is_right_for_vectors_of_meaning_only() -> None:
    table = numbers_table(20)
    meaning = np.random.default_rng(0).normal(size=(1000, 16))[table["number"]].astype(np.float32)
    scores = translation_scores(meaning, table["number"], table["language"])
    assert scores["translation_at_1"]["value"] == pytest.approx(1)
    assert scores["translation_at_1_chance"]["value"] == pytest.approx(0.05)
    noise = np.random.default_rng(1).normal(size=meaning.shape).astype(np.float32)
    assert translation_scores(noise, table["number"], table["language"])["translation_at_1"]["value"] < 0.2


def test_hundreds_agree_for_vectors_of_size_only() -> None:
    table = numbers_table(100)
    angles = np.asarray(table["number"]) / 1000
    codes = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    scores = hundreds_scores(codes, table["number"], table["language"])
    assert scores["same_hundreds"]["value"] > 0.85
    assert scores["same_hundreds_chance"]["value"] == pytest.approx(0.1, abs=0.02)
