"""What the study of anomalies found over all classes, scores and bundles."""

from __future__ import annotations

from html import escape

import numpy as np
import streamlit as st

from dashboard.apply.anomaly.services.detection import ALONE, Setting
from dashboard.apply.anomaly.services.study import (
    PUBLISHED_TITLE,
    StudyResult,
    class_table,
    kept_models,
    score_table,
    score_title,
    whole_table,
)
from dashboard.data.catalogue import open_bundle
from dashboard.data.images.grids import sheet_uri
from dashboard.data.images.originals import original_images
from dashboard.data.study_results import study_or_none
from dashboard.ui.problems import study_or_say


def alone_decodes(setting: Setting) -> None:
    """Draw what a model of one class alone makes of an image of each class."""
    study = study_or_none(setting.dataset, "anomaly")
    if not setting.is_alone or study is None:
        return
    kept = kept_models(study)[setting.detector.removeprefix(ALONE)][setting.normal[0]]
    decoded = np.array(study.found["one_class"]["decoded"])
    classes = open_bundle(f"{setting.dataset}/{setting.background}").classes
    st.markdown(
        f"**What it makes of the others**: it knows {classes[setting.normal[0]]} alone, and draws everything "
        "as that"
    )
    originals = original_images(setting.dataset, "test", decoded)
    style = "width:100%;max-width:900px;image-rendering:pixelated;border-radius:3px;display:block"
    rows = [] if originals is None else [(sheet_uri(originals, len(originals)), "test images, one a class")]
    for uri, alt in [*rows, (kept.decodes_uri, "their decodes")]:
        st.html(f'<img src="{uri}" alt="{escape(alt, quote=True)}" style="{style}">')
    value, low, high = kept.auroc
    st.caption(
        ("Test images above, their decodes below. " if rows else "Decodes of a test image of each class. ")
        + f"On all {study.found['one_class']['n_test']:,} test images, not only the {len(kept.scores):,} "
        "whose "
        f"scores are kept, its AUROC is {value:.3f} [{low:.3f}, {high:.3f}]."
    )


def anomaly_tables(ids: list[str], score: str) -> None:
    """Draw the tables, or say how to make them; `score` is that of the table of bundles."""
    dataset = ids[0].partition("/")[0]
    st.subheader("Each class in turn as the normal one")
    study = study_or_say(dataset, "anomaly")
    if study is None:
        return
    found, table = study.found["one_class"], class_table(study, open_bundle(ids[0]).classes)
    st.markdown(
        "AUROC of models that were trained on the normal class alone; all other classes are anomalies."
    )
    st.dataframe(table, hide_index=True, height="content")
    published = (
        f" {PUBLISHED_TITLE}: L. Ruff et al., “Deep one-class classification”, 2018; not measured here."
        if PUBLISHED_TITLE in table
        else ""
    )
    n_train = found["n_train"]
    st.caption(
        f"{score_title(found['headline'])}, fixed before any test image was scored. n = {found['n_test']:,} "
        "test "
        f"images, {min(n_train):,} to {max(n_train):,} train images a class, seed {study.seeds[0]}, 95% "
        f"intervals; {study.cpu_seconds:,.0f} CPU seconds for all.{published}",
        help=study.protocol,
    )
    st.markdown("**The same with every score**, mean over the classes")
    st.dataframe(score_table(study), hide_index=True, height="content")
    _whole(study, [bundle_id.partition("/")[2] for bundle_id in ids], score)


def _whole(study: StudyResult, names: list[str], score: str) -> None:
    """Draw how well the chosen models tell their dataset from images of elsewhere and from spoilt ones."""
    table = whole_table(study, names, score)
    st.subheader("The whole dataset as the normal side")
    if table.empty:
        st.caption("The study holds none of the chosen models with this score; choose another score above.")
        return
    st.markdown(
        f"AUROC of the chosen models ({score_title(score).lower()}): clean test images are normal, images of "
        "another dataset or spoilt test images are anomalies."
    )
    st.dataframe(table, hide_index=True, height="content")
    missing = [*study.found["whole"]["left_out"]]
    st.caption(
        f"n = {study.found['whole']['n']:,} images a side, seed {study.seeds[0]}, 95% intervals. A value "
        "below "
        "0.5: the anomalies look more normal than the normal images do." + "".join(f" {m}" for m in missing)
    )
