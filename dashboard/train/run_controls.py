"""Progress of a training run, and the buttons that pause and stop it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboard import state
from dashboard.train.services.progress import (
    Progress,
    Run,
    RunStatus,
    finish_run,
    pause_run,
    resume_run,
    seen_run,
    stop_run,
)

KEEP = "**Stop and keep**: the training ends after this epoch; the model is scored and says how far it came."
KEEP_UNSCORED = (
    "**Keep without the rest**: the model is kept with the scores measured so far. "
    "`latentcore evaluate ID --record` measures the others later."
)


def _first(now: str, after: str, purpose: str) -> str:
    return (
        f"**Stop and keep**: the training of {now} ends after this epoch. The {after} is then trained as "
        f"planned, so that the model can {purpose}; that can be stopped as well."
    )


KEEP_PHASE = {
    "adversarial": _first("generator and critic", "inversion network", "encode images"),
    "autoencoder": _first("the autoencoder", "velocity field", "sample from its prior"),
    "classifier": _first("the classifier", "inversion network", "decode codes"),
}
"""By phase, of those that another one follows."""
THROW = "**Throw away**: the training ends at once, and nothing of it is kept."


def run_controls(run: Run, events: list[dict[str, Any]], progress: Progress, suffix: str = "") -> None:
    """Draw the progress of a run that is under way, and its buttons.

    Parameters
    ----------
    run : Run
    events : list of dict
        Those of the run.
    progress : Progress
    suffix : str
        Of the keys of elements; empty for a run that fills the page.
    """
    words, actions = st.columns([4, 1.35] if not suffix else [1.35, 1], vertical_alignment="center")
    with words:
        st.progress(progress.share, text=state.escape_markdown(progress.words))
    with actions, st.container(horizontal=True, horizontal_alignment="right", gap="small"):
        _pause_button(run, progress, suffix)
        _stop_button(run, events, progress, suffix)


def _pause_button(run: Run, progress: Progress, suffix: str) -> None:
    label, icon, act = (
        ("Go on", ":material/play_arrow:", resume_run)
        if progress.is_paused
        else ("Pause", ":material/pause:", pause_run)
    )
    st.button(
        label,
        icon=icon,
        key=f"run_pause{suffix}",
        disabled=run.status is RunStatus.WAITING and not progress.is_paused,
        on_click=act,
        args=(run.id,),
    )


def _stop_button(run: Run, events: list[dict[str, Any]], progress: Progress, suffix: str) -> None:
    """Draw the button that ends a run; it asks first if there is a model to keep, or much to lose."""
    throw: dict[str, Any] = {"on_click": _stop, "args": (run.id,)}
    if progress.is_young and not progress.can_keep:
        icon = ":material/stop:"
        st.button("Stop", key=f"run_stop{suffix}", icon=icon, help="Throw this training away.", **throw)
        return
    with st.popover("Stop", icon=":material/stop:", key=f"run_stop_ask{suffix}"):
        if progress.can_keep:
            label, text = _what_is_kept(run, events)
            st.markdown(text)
            st.button(
                label,
                key=f"run_keep{suffix}",
                icon=":material/save:",
                type="primary",
                on_click=_keep,
                args=(run.id,),
            )
        st.markdown(THROW)
        st.button("Throw away", key=f"run_stop_sure{suffix}", icon=":material/delete:", **throw)


def _what_is_kept(run: Run, events: list[dict[str, Any]]) -> tuple[str, str]:
    """Return the label of the button that ends a run and keeps its model, and what it does."""
    if run.status is RunStatus.SCORING:
        return "Keep without the rest", KEEP_UNSCORED
    return "Stop and keep", KEEP_PHASE.get(events[-1]["phase"], KEEP)


def _keep(run_id: str) -> None:
    if seen_run(run_id) is not None:
        finish_run(run_id)


def _stop(run_id: str) -> None:
    if seen_run(run_id) is not None:
        stop_run(run_id)
