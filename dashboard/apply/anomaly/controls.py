"""What is normal, and who tells: owns the names "normal", "against", "detector", "score" and "flagged"."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.apply.anomaly.services.detection import (
    CLASSES,
    Setting,
    absent_rivals,
    detectors,
    rivals,
    score_meaning,
    score_titles,
)
from dashboard.data.catalogue import Bundle

NAMES = ("normal", "against", "detector", "score", "flagged")
NONE = "none"
USUAL_SCORE = "coarse"


def pick_setting(bundles: list[Bundle]) -> tuple[Setting, str] | None:
    """Draw the choice of what is normal, of the model and of its score; return the last two.

    Where one of the two sides is empty, say so, offer a way on and return None.
    """
    dataset, classes = bundles[0].spec.dataset, bundles[0].classes
    found = rivals(dataset)
    against = state.choose("against", list(found), CLASSES)
    left, right = st.columns([1.5, 3], vertical_alignment="top", gap="medium")
    left.selectbox(
        "Anomalies are",
        list(found),
        format_func=found.__getitem__,
        help="Other classes of the dataset, images of another dataset, or spoilt test images.",
        **state.bind("pick_against", against, _take_against),
    )
    normal = _chosen_classes(classes) if against == CLASSES else []
    with right:
        if against == CLASSES:
            st.pills(
                "Normal classes",
                list(classes),
                selection_mode="multi",
                **state.bind("pick_normal", [classes[label] for label in normal], _take_normal),
            )
        else:
            st.caption(
                f"Normal: clean test images of all {len(classes)} classes. "
                f"Anomalies: {found[against].lower()}."
            )
    if against == CLASSES and absent_rivals(dataset):
        left.caption("Not at hand: " + " ".join(absent_rivals(dataset)))
    if against == CLASSES and not _both_sides(normal, classes):
        return None
    return _pick_detector(bundles, tuple(normal), against)


def _pick_score(setting: Setting) -> str:
    """Draw the scores that the model has; return the chosen one.

    A model that has seen the anomalies copies them as well as the rest: its codes say more.
    """
    titles = score_titles(setting)
    has_seen = setting.against == CLASSES and not setting.is_alone
    usual = "neighbours" if has_seen or USUAL_SCORE not in titles else USUAL_SCORE
    if state.get("score") not in (None, *titles):
        state.put("score", None)  # of another model
    score = state.choose("score", list(titles), usual)
    st.segmented_control(
        "Score",
        list(titles),
        format_func=titles.__getitem__,
        required=True,
        help="  \n".join(f"**{title}**: {score_meaning(name)}" for name, title in titles.items()),
        **state.bind("pick_score", score, _take, "score"),
    )
    return score


def pick_threshold() -> float:
    """Draw the threshold as the share of normal images that it flags; return the share in [0, 1]."""
    flagged = int(state.number("flagged", 5, 0, 100, whole=True))
    st.slider(
        "Threshold: normal images flagged by mistake",
        0,
        100,
        format="%d%%",
        help="The threshold is the score that this share of the normal images exceeds.",
        **state.bind("pick_flagged", flagged, _take, "flagged"),
    )
    return flagged / 100


def _pick_detector(bundles: list[Bundle], normal: tuple[int, ...], against: str) -> tuple[Setting, str]:
    dataset = bundles[0].spec.dataset
    names = [bundle.spec.name for bundle in bundles]
    titles = detectors(dataset, names, normal, against)
    wanted = state.get("detector")
    if wanted not in (None, *titles):
        state.put("detector", None)  # left out above, or meant for one class
    detector = state.choose("detector", list(titles), next(iter(titles)), "model")
    model, score = st.columns([1.5, 3], vertical_alignment="top", gap="medium")
    model.selectbox(
        "Model",
        list(titles),
        format_func=titles.__getitem__,
        help="Models that were shown the normal class alone come from the study; the others are those "
        "chosen above.",
        **state.bind("pick_detector", detector, _take, "detector"),
    )
    background = detector if detector in names else names[0]
    setting = Setting(dataset, detector, background, normal, against)
    with score:
        return setting, _pick_score(setting)


def _chosen_classes(classes: tuple[str, ...]) -> list[int]:
    """Return the labels of the normal classes: the first one by default; unknown names are left out."""
    text = state.get("normal")
    if text is None:
        return [0]
    wanted = [name for name in text.split(",") if name and name != NONE]
    unknown = [name for name in wanted if name not in classes]
    if unknown:
        state.put("normal", ",".join(name for name in wanted if name in classes) or classes[0])
        state.notify("normal", f"There is no class “{unknown[0][:60]}” here; left out.")
        return _chosen_classes(classes)
    return sorted({classes.index(name) for name in wanted})


def _both_sides(normal: list[int], classes: tuple[str, ...]) -> bool:
    """Return whether there are both sides; if not, say so and offer a way on."""
    if 0 < len(normal) < len(classes):
        return True
    if normal:
        st.info(
            "All classes are normal, so that no anomaly is left. Leave one out, or compare with images from "
            "elsewhere (“Anomalies are”).",
            icon=":material/info:",
        )
        few = ",".join(classes[:-1])
        st.button(f"Leave “{classes[-1]}” out", on_click=state.put, args=("normal", few))
    else:
        st.info("Nothing is normal yet. Choose at least one class.", icon=":material/info:")
        st.button(f"Take “{classes[0]}” as normal", on_click=state.put, args=("normal", classes[0]))
    return False


def _take(name: str) -> None:
    state.put(name, str(state.widget(f"pick_{name}")))


def _take_against() -> None:
    _take("against")
    state.put("detector", None)


def _take_normal() -> None:
    state.put("normal", ",".join(state.widget("pick_normal")) or NONE)
