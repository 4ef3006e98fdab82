"""Similarity study: typed reader, matrix and reference values."""

from __future__ import annotations

import pytest

from dashboard.compare.similarity.charts import heatmap
from dashboard.compare.similarity.services import (
    MEASURES,
    interval_table,
    read_similarity,
    reference_values,
    similarity_table,
)
from dashboard.data.study_results import study_of


def test_similarities_are_symmetric_and_have_reference_values():
    result = study_of("digits", "similarity")
    assert result is not None
    study = read_similarity(result)
    table = similarity_table(study, "cka", ["vae-d2", "pca-d2", "gan-d2"]).pivot(
        index="row", columns="column", values="value"
    )
    assert table.shape == (3, 3)
    assert (table.to_numpy() == table.to_numpy().T).all()
    assert (table.to_numpy().diagonal() == 1).all()
    references = reference_values(study, "cka")
    assert references[0].value < 0.05 < references[1].value
    assert heatmap(similarity_table(study, "cka", ["vae-d2", "pca-d2"]), "CKA")["layer"]


def test_the_reader_keeps_every_value_of_the_study():
    result = study_of("digits", "similarity")
    assert result is not None
    study, found = read_similarity(result), result.found
    assert list(study.models) == found["models"]
    assert (study.dataset, study.n, study.seed) == ("digits", found["n"], result.seeds[0])
    for pair in found["pairs"]:
        assert study.pairs[frozenset(pair["models"])] == {name: pair[name] for name in MEASURES}
        assert study.intervals[frozenset(pair["models"])] == pair["intervals"]
    for run, twin in zip(study.same_recipe, found["twins"], strict=True):
        assert run.model == twin["model"]
        assert run.values == {name: twin[name] for name in MEASURES}
    assert study.chance == {name: found["null"][name]["mean"] for name in MEASURES}


def test_models_that_are_not_in_the_study_are_left_out():
    study = read_similarity(study_of("digits", "similarity"))
    table = similarity_table(study, "cka", ["vae-d2", "vae-d77"])
    assert table["row"].tolist() == ["VAE, 2-D"]
    assert similarity_table(study, "cka", []).empty


@pytest.mark.parametrize("measure", MEASURES)
def test_every_pair_has_an_interval_around_its_value(measure):
    study = read_similarity(study_of("digits", "similarity"))
    table = interval_table(study, measure, list(study.models))
    assert len(table) == len(study.models) * (len(study.models) - 1) / 2
    assert table["value"].is_monotonic_decreasing
    assert ((table["low"] <= table["value"]) & (table["value"] <= table["high"])).all()
    assert (table["high"] - table["low"]).median() > 0.005
    assert interval_table(study, measure, ["vae-d2"]).empty
