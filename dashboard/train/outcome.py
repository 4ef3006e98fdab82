"""What became of a training run: links to the model, or why there is none."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.train.services.progress import Run, RunStatus, shipped_beside, show_in_catalogue


def outcome(run: Run) -> None:
    """Draw the outcome of a run that is over."""
    if run.status is RunStatus.DONE:
        _done(run)
    elif run.status is RunStatus.STOPPED:
        st.info("This training was stopped; nothing of it was kept.", icon=":material/stop:")
    else:
        st.error(f"The training failed. {state.escape_markdown(run.message)}", icon=":material/error:")
    st.button("Train another model", icon=":material/add:", on_click=_forget_run)


def _done(run: Run) -> None:
    dataset, _, name = run.bundle_id.partition("/")
    if not show_in_catalogue(run):
        st.info("The training is done, but its model has been removed since.", icon=":material/info:")
        return
    shown = state.escape_markdown(name)
    st.success(f"Done: the model **{shown}** is scored, and every page shows it.", icon=":material/check:")
    with st.container(horizontal=True, key="run_links"):
        st.page_link(
            "explore/page.py",
            label="Explore its map",
            icon=":material/scatter_plot:",
            query_params={"dataset": dataset, "model": name},
        )
        beside = shipped_beside(run)
        st.page_link(
            "compare/page.py",
            label="See its scores" if beside is None else f"Compare with {beside}",
            icon=":material/compare_arrows:",
            query_params={
                "dataset": dataset,
                "view": "scores",
                "models": [one for one in (name, beside) if one],
            },
        )


def _forget_run() -> None:
    state.put("run", None)
