"""The anomaly detection page's fragment: controls, AUROC, threshold, images, map and the study's tables."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.apply.anomaly.anomaly_map import anomaly_map_section
from dashboard.apply.anomaly.auroc_tables import auroc_tables
from dashboard.apply.anomaly.controls import DEFAULT_SCORE, NAMES, pick_setting
from dashboard.apply.anomaly.highest_scores import highest_scores
from dashboard.apply.anomaly.one_class_reconstructions import one_class_reconstructions
from dashboard.apply.anomaly.services.detection import Detection, detect
from dashboard.apply.anomaly.services.setting import OTHER_CLASSES, Setting, corruption_level
from dashboard.apply.anomaly.services.study import score_title
from dashboard.apply.anomaly.threshold import threshold_section
from dashboard.data.catalogue import Bundle
from dashboard.ui.fragments import bundle_fragment
from dashboard.ui.missing_originals import originals_note


@bundle_fragment
def anomaly_detection(bundles: list[Bundle]) -> None:
    """Draw the page's sections; changing a control reruns this fragment only."""
    picked, score = pick_setting(bundles), DEFAULT_SCORE
    if picked is not None:
        setting, score = picked
        title, found = score_title(score), detect(setting, score)
        _summary(setting, found, title)
        originals_note(setting.dataset)
        flagged = threshold_section(setting, found, title)
        left, right = st.columns([1.6, 1], gap="large")
        with left:
            highest_scores(found)
        with right:
            anomaly_map_section(setting, found, flagged)
        one_class_reconstructions(setting)
    state.republish(*NAMES)
    auroc_tables([bundle.spec.id for bundle in bundles], score)


def _summary(setting: Setting, found: Detection, title: str) -> None:
    """Draw the AUROC, the number of images, and what the model was trained on."""
    low, high = found.auroc.interval
    n_anomalous = int(found.anomalous.sum())
    st.markdown(
        f"**AUROC {found.auroc.value:.3f}** [{low:.3f}, {high:.3f}]: the probability that an anomaly scores "
        f"higher than a normal image ({title.lower()}; 0.5 is chance). "
        f":blue[**{len(found.scores) - n_anomalous:,} normal**] and "
        f":orange[**{n_anomalous:,} anomalous**] test images."
    )
    if setting.anomaly_source != OTHER_CLASSES:
        level = corruption_level(setting.anomaly_source)
        st.caption(
            "The model was trained on this dataset, all of which is normal; it has seen no anomaly."
            + (f" {level}." if level else "")
        )
    elif setting.is_one_class:
        st.caption(
            "One-class model: trained on the normal class only, it has seen no anomaly. Its scores come from "
            "the study; its weights are not stored."
        )
    else:
        st.warning(
            "This model was trained on all classes, the anomalies too: a fair test needs a one-class model, "
            "trained on the normal class only. Its codes still show which classes lie far apart.",
            icon=":material/visibility:",
        )
