"""AUROC tables of the study: one-class models per normal class, and all classes normal."""

from __future__ import annotations

import streamlit as st

from dashboard.apply.anomaly.services.study import (
    PUBLISHED_TITLE,
    StudyResult,
    all_normal_table,
    class_table,
    has_one_class,
    read_one_class,
    score_table,
    score_title,
)
from dashboard.data.catalogue import open_bundle
from dashboard.ui.panels.studies import study_or_message

PUBLISHED_SOURCE = "L. Ruff et al., “Deep one-class classification”, 2018; not measured here"


def auroc_tables(ids: list[str], score: str) -> None:
    """Draw the tables, or say how to run the study; `score` is that of the last table."""
    dataset = ids[0].partition("/")[0]
    st.subheader("One-class models: AUROC per normal class")
    study = study_or_message(dataset, "anomaly")
    if study is None:
        return
    if has_one_class(study):
        _one_class(study, open_bundle(ids[0]).classes)
    else:
        st.caption(study.found["whole"]["left_out"][-1])
    _all_classes_normal(study, [bundle_id.partition("/")[2] for bundle_id in ids], score)


def _one_class(study: StudyResult, classes: tuple[str, ...]) -> None:
    """Draw the AUROC of models that were trained on one class, by class and by score."""
    results, table = read_one_class(study), class_table(study, classes)
    st.markdown("AUROC of models trained on the normal class only; all other classes are anomalies.")
    st.dataframe(table, hide_index=True, height="content")
    published = f" {PUBLISHED_TITLE}: {PUBLISHED_SOURCE}." if PUBLISHED_TITLE in table else ""
    st.caption(
        f"{score_title(results.headline)}, fixed before any test image was scored. n = {results.n_test:,} "
        f"test images, {min(results.n_train):,} to {max(results.n_train):,} train images per class, seed "
        f"{study.seeds[0]}, 95% intervals; {study.cpu_seconds:,.0f} CPU seconds in all.{published}",
        help=study.protocol,
    )
    st.markdown("**Every score**: mean AUROC over the classes")
    st.dataframe(score_table(study), hide_index=True, height="content")


def _all_classes_normal(study: StudyResult, names: list[str], score: str) -> None:
    """Draw the AUROC of the chosen models against other datasets and corrupted images."""
    table = all_normal_table(study, names, score)
    st.subheader("All classes normal: AUROC per kind of anomaly")
    if table.empty:
        st.caption("The study holds none of the chosen models with this score; choose another score above.")
        return
    st.markdown(
        f"AUROC of the chosen models ({score_title(score).lower()}): clean test images are normal, images of "
        "another dataset or corrupted test images are anomalies."
    )
    st.dataframe(table, hide_index=True, height="content")
    sentences = study.found["whole"]["left_out"]
    left_out = "".join(f" {one}" for one in sentences[: None if has_one_class(study) else -1])
    st.caption(
        f"n = {study.found['whole']['n']:,} normal images and as many anomalies, seed {study.seeds[0]}, 95% "
        f"intervals. Below 0.5, anomalies score lower than normal images.{left_out}"
    )
