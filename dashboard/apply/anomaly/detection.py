"""How well a model tells anomalies from what is normal: curve, histogram, threshold, images and map."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.apply.anomaly.charts import ANOMALY, NORMAL, anomaly_map, roc_chart, score_histogram
from dashboard.apply.anomaly.controls import NAMES, USUAL_SCORE, pick_setting, pick_threshold
from dashboard.apply.anomaly.services.detection import (
    CLASSES,
    Detection,
    Setting,
    curve_of,
    detect,
    rival_level,
)
from dashboard.apply.anomaly.services.study import score_title
from dashboard.apply.anomaly.tables import alone_decodes, anomaly_tables
from dashboard.data.catalogue import Bundle, bundle_title, dataset_title, open_bundle
from dashboard.data.images.grids import sheet_uri
from dashboard.data.images.pixels import data_uri, image_pixels, png_bytes
from dashboard.data.images.stand_ins import stand_in_words, stand_ins_words
from dashboard.data.reconstructions import map_points
from dashboard.ui.chart_cache import kept
from dashboard.ui.fragments import bundle_fragment
from dashboard.ui.missing_originals import originals_note
from dashboard.ui.pictures import Picture, in_brackets, picture_row
from dashboard.ui.theme import is_dark

MAP_SIZE, N_TOP, TOP_SIDE, N_NEAR, NEAR_COLUMNS = 400, 18, 64, 16, 8
BoolArray = npt.NDArray[np.bool_]


@bundle_fragment
def anomaly(bundles: list[Bundle]) -> None:
    """Draw the page's work; a choice among the controls runs this part only."""
    picked, score = pick_setting(bundles), USUAL_SCORE
    if picked is not None:
        setting, score = picked
        title, found = score_title(score), detect(setting, score)
        _say(setting, found, title)
        originals_note(setting.dataset)
        flagged, threshold = _curves(found, title)
        _confusion(setting, found, flagged, threshold)
        _most_anomalous_and_map(setting, found, flagged)
        alone_decodes(setting)
    state.republish(*NAMES)
    anomaly_tables([bundle.spec.id for bundle in bundles], score)


def _say(setting: Setting, found: Detection, title: str) -> None:
    """Say in words which side is normal, how well the two are told apart, and who has seen what."""
    low, high = found.area.interval
    n_anomalous = int(found.anomalous.sum())
    st.markdown(
        f"**AUROC {found.area.value:.3f}** [{low:.3f}, {high:.3f}]: that often, an anomaly scores higher "
        "than a "
        f"normal image ({title.lower()}; 0.5 is chance). "
        f":blue[**{len(found.scores) - n_anomalous:,} normal**] and :orange[**{n_anomalous:,} anomalous**] "
        "test "
        "images."
    )
    if setting.against != CLASSES:
        level = rival_level(setting.against)
        st.caption(
            "Normal is the whole dataset that the model learned from; it has seen no anomaly."
            + (f" {level}." if level else "")
        )
    elif setting.is_alone:
        st.caption(
            "This model was trained on the normal class alone; it has seen no anomaly. Its scores come from "
            "the "
            "study; its weights are not kept."
        )
    else:
        st.warning(
            "This model has seen every class in training, the anomalies too: a fair test takes a model of "
            "the "
            "normal class alone. Its codes still say which class is far from which.",
            icon=":material/visibility:",
        )


def _curves(found: Detection, title: str) -> tuple[BoolArray, float]:
    """Draw curve, histogram and threshold; return who is flagged."""
    left, right = st.columns([1, 1.9], gap="large")
    with right:
        share = pick_threshold()
        threshold = float(np.quantile(found.scores[~found.anomalous], 1 - share))
        st.vega_lite_chart(
            spec=kept(score_histogram)(found.scores, found.anomalous, threshold, title),
            key="anomaly_scores",
            width="stretch",
            alt=f"Histogram of the {title.lower()} of normal images and of anomalies",
        )
    flagged = found.scores > threshold
    at = float(flagged[~found.anomalous].mean()), float(flagged[found.anomalous].mean())
    with left:
        st.vega_lite_chart(
            spec=kept(roc_chart)(*curve_of(found), at),
            key="anomaly_roc",
            width="content",
            alt=f"ROC curve, area {found.area.value:.3f}",
        )
    return flagged, threshold


def _confusion(setting: Setting, found: Detection, flagged: BoolArray, threshold: float) -> None:
    """Draw the counts of the four outcomes, each with the images nearest to the threshold."""
    groups = (
        ("Anomalies caught", found.anomalous & flagged, found.anomalous),
        ("Anomalies missed", found.anomalous & ~flagged, found.anomalous),
        ("Normal, flagged", ~found.anomalous & flagged, ~found.anomalous),
        ("Normal, passed", ~found.anomalous & ~flagged, ~found.anomalous),
    )
    with st.container(key="confusion"):
        for column, (title, chosen, side) in zip(st.columns(4, gap="medium"), groups, strict=True):
            rows = np.flatnonzero(chosen)
            rows = rows[np.argsort(np.abs(found.scores[rows] - threshold), kind="stable")[:N_NEAR]]
            rows = rows[: len(rows) // NEAR_COLUMNS * NEAR_COLUMNS or len(rows)]  # whole rows of pictures
            width = min(len(rows), NEAR_COLUMNS) / NEAR_COLUMNS
            with column:
                st.markdown(f"**{title}: {chosen.sum():,}** of {side.sum():,}")
                if not len(rows):
                    st.caption("None.")
                    continue
                uri = sheet_uri(found.images[rows], min(len(rows), NEAR_COLUMNS))
                style = f"width:{width:.0%};image-rendering:pixelated;border-radius:3px"
                words = f"{title}, {len(rows)} images{_kinds(found, rows)}"
                st.html(f'<img src="{uri}" alt="{escape(words, quote=True)}" style="{style}">')
    st.caption(
        f"The images of each outcome that lie nearest to the threshold, {threshold:.3g}: just below and just "
        f"above it.{_shown_as(setting, found)}"
    )


def _kinds(found: Detection, rows: npt.NDArray[np.int64]) -> str:
    """Return what the images in some rows, all of one side, are where they are no originals."""
    return in_brackets(stand_ins_words(found.makers[rows[0]]))


def _shown_as(setting: Setting, found: Detection) -> str:
    """Return a sentence on what stands in for originals, if anything does."""
    made_by = next((maker for maker in found.makers if maker), None)
    if made_by is None:
        return ""
    return (
        f" Test images of {dataset_title(setting.dataset)} are shown as {stand_ins_words(made_by)}. "
        "Scores were measured on the originals."
    )


def _most_anomalous_and_map(setting: Setting, found: Detection, flagged: BoolArray) -> None:
    left, right = st.columns([1.6, 1], gap="large")
    with left:
        _most_anomalous(found)
    with right:
        _map(setting, found, flagged)


def _most_anomalous(found: Detection) -> None:
    rows = np.argsort(-found.scores, kind="stable")[:N_TOP]
    n_normal = int((~found.anomalous[rows]).sum())
    st.markdown(f"**Most anomalous**: the {len(rows)} highest scores, {n_normal} of them normal images")
    sides = ["anomaly" if found.anomalous[row] else "normal" for row in rows]
    picture_row(_pictures(found, rows, sides), gap=14)
    rows = np.flatnonzero(~found.anomalous)
    rows = rows[np.argsort(-found.scores[rows], kind="stable")[: N_TOP // 2]]
    st.markdown("**Most unusual among the normal images**")
    picture_row(_pictures(found, rows, [""] * len(rows)), gap=14)


def _pictures(found: Detection, rows: npt.NDArray[np.int64], words: Sequence[str]) -> list[Picture]:
    return [
        Picture(
            data_uri(png_bytes(image_pixels(found.images[row]))),
            found.names[row] + in_brackets(stand_in_words(found.makers[row])),
            f"{found.names[row]}\n{more}",
            TOP_SIDE,
        )
        for row, more in zip(rows, words, strict=True)
    ]


def _map(setting: Setting, found: Detection, flagged: BoolArray) -> None:
    bundle_id = f"{setting.dataset}/{setting.background}"
    points = pd.DataFrame(
        {
            "x": found.places[:, 0].round(4),
            "y": found.places[:, 1].round(4),
            "class": found.names,
            "side": np.where(found.anomalous, "anomalies", "normal"),
            "flagged": flagged,
        }
    )
    st.markdown(f"**Where they lie** on the map of {bundle_title(bundle_id)}")
    with st.container(key="anomaly_map"):
        st.vega_lite_chart(
            spec=kept(anomaly_map)(
                points,
                map_points(open_bundle(bundle_id), 1000).extent,
                size=MAP_SIZE,
                dark=is_dark(),
            ),
            key="anomaly_map_chart",
            width="content",
            alt="Map of the normal images and the anomalies; flagged ones in full colour",
        )
    st.html(
        f'<div style="font-size:0.85rem"><span style="color:{NORMAL}">&#9679;</span> normal &nbsp; '
        f'<span style="color:{ANOMALY}">&#9679;</span> anomalies &nbsp; full colour: flagged</div>'
    )
