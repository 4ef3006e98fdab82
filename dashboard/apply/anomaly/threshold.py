"""Threshold of the anomaly score: ROC curve, histogram, and the images of each outcome.

Owns the name "flagged": moving the threshold moves images between flagged and not flagged,
here and on the map.
"""

from __future__ import annotations

from html import escape

import numpy as np
import numpy.typing as npt
import streamlit as st

from dashboard import state
from dashboard.apply.anomaly.charts import roc_chart, score_histogram
from dashboard.apply.anomaly.services.detection import Detection, roc_of
from dashboard.apply.anomaly.services.setting import Setting
from dashboard.data.catalogue import dataset_title
from dashboard.data.images.grids import grid_uri
from dashboard.data.images.stand_ins import stand_ins_label
from dashboard.ui.chart_cache import cached_chart
from dashboard.ui.pictures import in_brackets

N_NEAREST, N_COLUMNS = 16, 8
"""Images per outcome, and per row of them."""
BoolArray = npt.NDArray[np.bool_]


def threshold_section(setting: Setting, found: Detection, title: str) -> BoolArray:
    """Draw ROC curve, histogram, threshold and outcomes; return which images are flagged, bool ``(n,)``."""
    left, right = st.columns([1, 1.9], gap="large")
    with right:
        threshold = _pick_threshold(found)
        st.vega_lite_chart(
            spec=cached_chart(score_histogram)(found.scores, found.anomalous, threshold, title),
            key="anomaly_scores",
            width="stretch",
            alt=f"Histogram of the {title.lower()} of normal images and of anomalies, with the threshold",
        )
    flagged = found.scores > threshold
    rates = float(flagged[~found.anomalous].mean()), float(flagged[found.anomalous].mean())
    with left:
        st.vega_lite_chart(
            spec=cached_chart(roc_chart)(*roc_of(found), rates),
            key="anomaly_roc",
            width="content",
            alt=f"ROC curve, AUROC {found.auroc.value:.3f}, with the threshold",
        )
    _outcomes(setting, found, flagged, threshold)
    return flagged


def _pick_threshold(found: Detection) -> float:
    """Draw the threshold as a false positive rate; return the score that it stands for."""
    percent_flagged = int(state.number("flagged", 5, 0, 100, whole=True))
    st.slider(
        "Threshold: false positive rate (normal images flagged)",
        0,
        100,
        format="%d%%",
        help="The threshold is the score that this share of the normal images exceeds.",
        **state.bind("pick_flagged", percent_flagged, _set_flagged),
    )
    return float(np.quantile(found.scores[~found.anomalous], 1 - percent_flagged / 100))


def _outcomes(setting: Setting, found: Detection, flagged: BoolArray, threshold: float) -> None:
    """Draw the confusion matrix: each outcome's count, and its images closest to the threshold."""
    outcomes = (
        ("Anomalies flagged", "true positives", found.anomalous & flagged, found.anomalous),
        ("Anomalies missed", "false negatives", found.anomalous & ~flagged, found.anomalous),
        ("Normal, flagged", "false positives", ~found.anomalous & flagged, ~found.anomalous),
        ("Normal, not flagged", "true negatives", ~found.anomalous & ~flagged, ~found.anomalous),
    )
    with st.container(key="confusion"):
        for column, (title, term, chosen, group) in zip(st.columns(4, gap="medium"), outcomes, strict=True):
            with column:
                st.markdown(f"**{title}: {chosen.sum():,}** of {group.sum():,}")
                _nearest_images(found, _nearest_rows(found.scores, chosen, threshold), f"{title} ({term})")
    st.caption(
        "True positives, false negatives, false positives and true negatives: the images of each whose "
        f"scores are closest to the threshold, {threshold:.3g}.{_stand_ins(setting, found)}"
    )


def _nearest_rows(
    scores: npt.NDArray[np.float32], chosen: BoolArray, threshold: float
) -> npt.NDArray[np.int64]:
    """Return the rows of the chosen images closest to the threshold: full rows of pictures, if possible."""
    rows = np.flatnonzero(chosen)
    rows = rows[np.argsort(np.abs(scores[rows] - threshold), kind="stable")[:N_NEAREST]]
    return rows[: len(rows) // N_COLUMNS * N_COLUMNS or len(rows)]


def _nearest_images(found: Detection, rows: npt.NDArray[np.int64], title: str) -> None:
    if not len(rows):
        st.caption("None.")
        return
    n_columns = min(len(rows), N_COLUMNS)
    uri = grid_uri(found.images[rows], n_columns)
    style = f"width:{n_columns / N_COLUMNS:.0%};image-rendering:pixelated;border-radius:3px"
    kind = in_brackets(stand_ins_label(found.made_by[rows[0]]))  # the images of an outcome are of one kind
    alt = f"{title}, {len(rows)} images{kind}"
    st.html(f'<img src="{uri}" alt="{escape(alt, quote=True)}" style="{style}">')


def _stand_ins(setting: Setting, found: Detection) -> str:
    """Return a sentence on what stands in for the originals, if anything does."""
    made_by = next((maker for maker in found.made_by if maker), None)
    if made_by is None:
        return ""
    return (
        f" Test images of {dataset_title(setting.dataset)} are shown as {stand_ins_label(made_by)}. "
        "Scores were measured on the originals."
    )


def _set_flagged() -> None:
    state.put("flagged", str(state.widget("pick_flagged")))
