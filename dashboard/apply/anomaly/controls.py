"""Controls: source of the anomalies, normal classes, detector and score.

Owns the names "normal", "against", "detector" and "score"; the threshold ("flagged") is in `threshold`.
"""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.apply.anomaly.services.setting import (
    OTHER_CLASSES,
    Setting,
    anomaly_sources,
    detectors,
    score_meaning,
    score_titles,
    unavailable_sources,
)
from dashboard.data.catalogue import Bundle
from dashboard.data.class_names import format_classes, parse_classes

NAMES = ("normal", "against", "detector", "score", "flagged")
DEFAULT_SCORE, DEFAULT_SCORE_ALL_CLASSES = "coarse", "neighbours"
"""The latter where a model trained on all classes reconstructs anomalies, too; their codes lie apart."""


def pick_setting(bundles: list[Bundle]) -> tuple[Setting, str] | None:
    """Draw the controls; return the setting and the name of the score.

    Where there are no normal images or no anomalies, say so, offer a way on and return None.
    """
    dataset, classes = bundles[0].spec.dataset, bundles[0].classes
    sources = anomaly_sources(dataset, labelled=bundles[0].has_labels)
    if not sources:
        st.info(
            "The images of this dataset have no labels and are not on this machine: there is no source of "
            "anomalies.",
            icon=":material/info:",
        )
        return None
    source = state.choose("against", list(sources), next(iter(sources)))
    left, right = st.columns([1.5, 3], vertical_alignment="top", gap="medium")
    left.selectbox(
        "Anomalies are",
        list(sources),
        format_func=sources.__getitem__,
        help="Other classes of the dataset, images of another dataset, or corrupted test images.",
        **state.bind("pick_against", source, _set_source),
    )
    if source != OTHER_CLASSES:
        normal_images = f"clean test images of all {len(classes)} classes" if classes else "clean test images"
        right.caption(f"Normal: {normal_images}. Anomalies: {sources[source]}.")
        return _pick_detector(bundles, (), source)
    normal = _chosen_classes(classes)
    right.pills(
        "Normal classes",
        list(classes),
        selection_mode="multi",
        **state.bind("pick_normal", [classes[label] for label in normal], _set_normal),
    )
    if unavailable := unavailable_sources(dataset):
        left.caption("Not available here: " + " ".join(unavailable))
    return _pick_detector(bundles, tuple(normal), source) if _has_both(normal, classes) else None


def _pick_detector(
    bundles: list[Bundle], normal: tuple[int, ...], anomaly_source: str
) -> tuple[Setting, str]:
    """Draw the choices of model and score; return the setting and the name of the score."""
    dataset = bundles[0].spec.dataset
    names = [bundle.spec.name for bundle in bundles]
    titles = detectors(dataset, names, normal, anomaly_source)
    wanted = state.get("detector")
    if wanted not in (None, *titles):
        state.put("detector", None)  # no longer among the models, or a one-class model that does not apply
    detector = state.choose("detector", list(titles), next(iter(titles)), "model")
    model, score = st.columns([1.5, 3], vertical_alignment="top", gap="medium")
    model.selectbox(
        "Model",
        list(titles),
        format_func=titles.__getitem__,
        help="One-class models were trained on the normal class only, by the study; the others are the "
        "models chosen above.",
        **state.bind("pick_detector", detector, _set, "detector"),
    )
    map_model = detector if detector in names else names[0]
    setting = Setting(dataset, detector, map_model, normal, anomaly_source)
    with score:
        return setting, _pick_score(setting)


def _pick_score(setting: Setting) -> str:
    """Draw the choice among the scores of the model; return the chosen one."""
    titles = score_titles(setting)
    all_classes = setting.anomaly_source == OTHER_CLASSES and not setting.is_one_class
    default = DEFAULT_SCORE_ALL_CLASSES if all_classes or DEFAULT_SCORE not in titles else DEFAULT_SCORE
    if state.get("score") not in (None, *titles):
        state.put("score", None)  # of another model
    score = state.choose("score", list(titles), default)
    st.segmented_control(
        "Score",
        list(titles),
        format_func=titles.__getitem__,
        required=True,
        help="  \n".join(f"**{title}**: {score_meaning(name)}" for name, title in titles.items()),
        **state.bind("pick_score", score, _set, "score"),
    )
    return score


def _chosen_classes(classes: tuple[str, ...]) -> list[int]:
    """Return the labels of the normal classes: the first one by default; unknown names are left out."""
    text = state.get("normal")
    if text is None:
        return [0]
    labels, unknown = parse_classes(text, classes)
    if unknown:
        labels = labels or [0]
        state.put("normal", format_classes(classes[label] for label in labels))
        state.notify("normal", f"There is no class “{unknown[0][:60]}” here; left out.")
    return labels


def _has_both(normal: list[int], classes: tuple[str, ...]) -> bool:
    """Return whether there are normal images and anomalies; if not, say so and offer a way on."""
    if 0 < len(normal) < len(classes):
        return True
    if normal:
        st.info(
            "All classes are normal, so that no anomaly is left. Deselect one, or choose another source of "
            "anomalies (“Anomalies are”).",
            icon=":material/info:",
        )
        label, chosen = f"Deselect “{classes[-1]}”", format_classes(classes[:-1])
    else:
        st.info("No normal class is chosen. Choose at least one.", icon=":material/info:")
        label, chosen = f"Choose “{classes[0]}” as normal", format_classes(classes[:1])
    st.button(label, on_click=state.put, args=("normal", chosen))
    return False


def _set(name: str) -> None:
    state.put(name, str(state.widget(f"pick_{name}")))


def _set_source() -> None:
    _set("against")
    state.put("detector", None)


def _set_normal() -> None:
    state.put("normal", format_classes(state.widget("pick_normal")))
