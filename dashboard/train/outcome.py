"""What became of a training run: links to the model, or why there is none."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.data.catalogue import file_stem, zip_file
from dashboard.train.services.progress import (
    Run,
    RunStatus,
    continue_run,
    model_name,
    seen_run,
    shipped_beside,
    show_in_catalogue,
)
from dashboard.ui.fragments import deferred_file
from dashboard.ui.problems import bundle_or_error


def outcome(run: Run) -> None:
    """Draw the outcome of a run that is over, where its progress was."""
    words, actions = st.columns([1, 1.45], vertical_alignment="center")
    with words:
        is_kept = _words(run)
    row = actions.container(
        horizontal=True, horizontal_alignment="right", vertical_alignment="center", key="run_links"
    )
    with row:
        if is_kept:
            _links(run)
        _continue_button(run)
        _another_button()


def outcome_beside(run: Run) -> None:
    """Draw the outcome of one of two runs side by side."""
    if _words(run):
        _download(run)
    _continue_button(run)


def compare_both(runs: tuple[Run, Run]) -> None:
    """Draw what follows from two runs that are over: the scores of both models, if both were kept."""
    datasets = {run.request.dataset for run in runs}
    first, second = (run.bundle_id.partition("/")[2] for run in runs)
    words, actions = st.columns([1, 1.1], vertical_alignment="center")
    words.markdown("##### Two models, trained side by side")
    row = actions.container(
        horizontal=True, horizontal_alignment="right", vertical_alignment="center", key="run_links"
    )
    with row:
        if len(datasets) == 1 and all(
            run.status is RunStatus.DONE and show_in_catalogue(run) for run in runs
        ):
            st.page_link(
                "compare/page.py",
                label="Compare both",
                icon=":material/compare_arrows:",
                query_params={
                    "dataset": runs[0].request.dataset,
                    "view": "scores",
                    "models": [first, second],
                },
            )
        _another_button()


def _another_button() -> None:
    st.button("Train another model", icon=":material/add:", on_click=_forget_run)


def _continue_button(run: Run) -> None:
    """Draw the button that continues a run that was killed, or failed after some epochs."""
    if not run.can_continue:
        return
    n_epochs = run.n_epochs_kept
    st.button(
        f"Go on from epoch {n_epochs:,}" if n_epochs else "Start again",
        icon=":material/play_arrow:",
        key=f"run_continue_{run.id}",
        type="primary",
        help="The training goes on from its last checkpoint, to the same model as without interruption."
        if n_epochs
        else "It ended before its first epoch.",
        on_click=_continue,
        args=(run.id,),
    )


def _continue(run_id: str) -> None:
    if seen_run(run_id) is None:
        return
    try:
        continue_run(run_id)
    except OSError:
        state.notify("run", "The training cannot go on: its files cannot be written. Free some space.")


def _words(run: Run) -> bool:
    """Say what became of a run; return whether there is a model."""
    if run.status is RunStatus.STOPPED:
        st.info("This training was stopped; nothing of it was kept.", icon=":material/stop:")
    elif run.status is RunStatus.FAILED:
        st.error(f"The training failed. {state.escape_markdown(run.message)}", icon=":material/error:")
    elif not show_in_catalogue(run):
        st.info("The training is done, but its model has been removed since.", icon=":material/info:")
    else:
        name = state.escape_markdown(model_name(run))
        note = state.escape_markdown(run.message)
        st.success(f"Done: **{name}** is scored, and every page shows it. {note}", icon=":material/check:")
        return True
    return False


def _links(run: Run) -> None:
    dataset, _, name = run.bundle_id.partition("/")
    beside = shipped_beside(run)
    _download(run)
    st.page_link(
        "explore/page.py",
        label="Explore its map",
        icon=":material/scatter_plot:",
        query_params={"dataset": dataset, "model": name},
    )
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


def _download(run: Run) -> None:
    bundle = bundle_or_error(run.bundle_id)
    if bundle is not None:
        st.download_button(
            "Download the model",
            deferred_file(zip_file, bundle),
            f"{file_stem(run.bundle_id)}.zip",
            "application/zip",
            icon=":material/download:",
            on_click="ignore",
            key=f"download_{run.id}",
            help="A zip file; “Bring a model back” on this page and `latentcore import` read it.",
        )


def _forget_run() -> None:
    state.put("run", None)
