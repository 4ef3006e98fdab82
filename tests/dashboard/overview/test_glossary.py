"""The glossary explains the scores that the pages show, in the terms of the pages."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.overview.glossary import SCORES, TERMS
from latentcore.evaluation.suite import GROUPS, SUITE
from tests.dashboard.pages import APP

EXPECTED_TERMS = {
    "Code",
    "Latent dimension",
    "Prior",
    "Decoder",
    "Encoder",
    "UMAP plane",
    "Blend",
    "Cycle error",
    "Trust shading",
    "Stand-in",
    "Bundle",
    "Local density",
}


def test_every_score_of_the_suite_is_explained_once():
    explained = [name for entry in SCORES for name in entry.scores]
    assert sorted(explained) == sorted(measure.name for measure in SUITE)


@pytest.mark.parametrize("title", [measure.title for measure in SUITE if measure.group == GROUPS[0]], ids=str)
def test_headline_scores_are_found_by_the_title_of_their_column(title):
    assert title in [entry.term for entry in SCORES]


def test_terms_of_the_pages_are_explained():
    assert {entry.term for entry in TERMS} >= EXPECTED_TERMS


def test_an_entry_is_one_sentence_with_a_unique_term():
    entries = [*TERMS, *SCORES]
    assert len({entry.term for entry in entries}) == len(entries)
    for entry in entries:
        assert entry.text.endswith(".")
        assert ". " not in entry.text.replace("et al. ", "")


def test_the_glossary_is_a_closed_expander_on_the_front_door():
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.query_params["dataset"] = "digits"
    app.run()
    (glossary,) = (expander for expander in app.expander if expander.label == "Glossary")
    assert not glossary.proto.expanded
    text = " ".join(element.value for element in glossary.markdown)
    assert all(f"**{entry.term}**: " in text for entry in [*TERMS, *SCORES])
