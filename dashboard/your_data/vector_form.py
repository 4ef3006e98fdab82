"""The form that adds vectors as a collection of items, what was added, and the own collections."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import streamlit as st

from dashboard import state
from dashboard.data.items.spaces import CollectionSpec
from dashboard.data.jobs import is_busy
from dashboard.data.upload_rules import UploadRules, quota_problem
from dashboard.ui.job_panel import busy_note, job_of, start_named_job, watch_job
from dashboard.your_data.services.adding import Request, UploadedFile, suggested_name
from dashboard.your_data.services.vectors import (
    VectorOutcome,
    add_vectors,
    remove_collection,
    vectors_problem,
)
from dashboard.your_data.text_list import text_list

JOB, UPLOAD, NOTICE = "add_vectors", "vectors_upload", "own collection"
PLANES = {"umap": "UMAP", "pca": "PCA"}
DISTANCES = {"euclidean": "Euclidean", "cosine": "Cosine"}
MAX_COLUMNS, MAX_LISTED = 8, 12
KINDS = """
- **Tables** (Parquet, Arrow, CSV, TSV): one row per item; the vector is a column of lists, or one column per
  dimension. Other columns are texts, categories, numbers and dates of the items.
- **Arrays** (npy, npz, safetensors), with a table of the items as a second file if you have one.
- **Embedding Projector**: `vectors.tsv` with `metadata.tsv`.
"""


def latest_vectors() -> VectorOutcome | None:
    """Return what became of this session's latest upload of vectors, once its job has finished."""
    job = job_of(JOB)
    outcome: VectorOutcome | None = None if job is None or not job.finished else job.result
    return outcome


def vectors_form(rules: UploadRules) -> None:
    """Draw the form, and the progress while a job runs."""
    job = job_of(JOB)
    running = job is not None and not job.finished
    left, right = st.columns([1, 1.25], gap="large")
    with left:
        files = st.file_uploader(
            f"Vectors, and a table of the items, up to {rules.max_megabytes:,} MB in all",
            accept_multiple_files=True,
            key=UPLOAD,
            max_upload_size=rules.max_megabytes,
            on_change=_forget,
            disabled=running,
        )
        if rules.is_hosted:
            st.caption(
                "Only you see the items, in this browser tab. They are deleted minutes after the tab is "
                "closed or reloaded, and after 50 minutes without use. "
                f"At most {rules.max_images or 0:,} items."
            )
    with right:
        finished = watch_job(JOB)
        if running:
            st.caption("You can open other pages meanwhile.")
            return
        if finished is not None and finished.result is not None and finished.result.problem:
            problem = state.escape_markdown(finished.result.problem)
            st.error(f"Nothing was added. {problem}", icon=":material/error:")
        if files:
            _settings(list(files), rules)
        else:
            st.markdown(KINDS)


def _settings(files: list[UploadedFile], rules: UploadRules) -> None:
    """Draw name and options of a collection, and the button that adds it."""
    of_upload = f"{len(files)}_{getattr(files[0], 'file_id', files[0].name)}"
    name = st.text_input(
        "Name",
        suggested_name([max(files, key=lambda file: file.size).name], rules),
        max_chars=40,
        key=f"vectors_name_{of_upload}",
        help="Small letters, digits, - and _, beginning with a letter. Commands and addresses use it.",
    )
    left, right = st.columns(2)
    plane = left.segmented_control(
        "Plane",
        list(PLANES),
        format_func=PLANES.__getitem__,
        default="pca" if rules.is_hosted else "umap",
        required=True,
        key="vectors_plane",
        help="UMAP separates groups better; it takes about a minute per 10,000 items. PCA takes seconds.",
    )
    metric = right.segmented_control(
        "Distance",
        list(DISTANCES),
        format_func=DISTANCES.__getitem__,
        default="euclidean",
        required=True,
        key="vectors_metric",
        help="Cosine is usual for embeddings of texts: lengths of vectors do not count.",
    )
    problem = vectors_problem(name, rules) or quota_problem(sum(file.size for file in files), rules)
    if problem is not None:
        st.warning(state.escape_markdown(problem), icon=":material/info:")
    st.button(
        "Add vectors",
        icon=":material/add:",
        disabled=problem is not None or is_busy(),
        on_click=_start,
        args=(Request(name, {"plane": plane, "metric": metric}, rules),),
    )
    busy_note()


def added_vectors(outcome: VectorOutcome) -> None:
    """Draw what was added, and how it was understood."""
    added = outcome.added
    if added is None:
        return
    spaces = ", ".join(f"{space.partition('/')[2]} ({dims}-D)" for space, dims in added.spaces)
    classes = f" in {len(added.classes):,} classes" if added.classes else ""
    st.success(
        f"{added.n_items:,} items{classes} were added, with {len(added.spaces)} "
        f"{'space' if len(added.spaces) == 1 else 'spaces'}: {state.escape_markdown(spaces)}.",
        icon=":material/check:",
    )
    _explore(outcome.collection, "Explore")
    st.markdown("**What was recognised**")
    text_list([*added.columns[:MAX_COLUMNS], *added.notes])
    if len(added.columns) > MAX_COLUMNS:
        st.caption(f"And {len(added.columns) - MAX_COLUMNS:,} more columns.")
    if added.set_aside:
        st.markdown(f"**{len(added.set_aside):,} rows were left out**")
        text_list([str(row) for row in added.set_aside[:MAX_LISTED]])
    st.button("Add another dataset", icon=":material/add:", on_click=_forget, key="add_another_vectors")


def collection_cards(collections: Sequence[CollectionSpec]) -> None:
    """Draw one card per own collection: facts, a link to Explore, removal."""
    st.markdown("**Collections of vectors**")
    for one in collections:
        with (
            st.container(border=True, key=f"collection_{one.name}"),
            st.container(horizontal=True, vertical_alignment="center"),
        ):
            title = state.escape_markdown(one.title)
            columns = ", ".join(state.escape_markdown(column.name) for column in one.columns[:MAX_COLUMNS])
            st.markdown(f"**{title}**  \n:small[{one.n_items:,} items. Columns: {columns or 'none'}.]")
            _explore(one.name, "Explore")
            with st.popover("Remove", icon=":material/delete:", key=f"remove_collection_{one.name}"):
                st.markdown(f"Delete the {one.n_items:,} items and their spaces?")
                st.button(
                    "Delete",
                    icon=":material/delete:",
                    key=f"delete_collection_{one.name}",
                    on_click=_remove,
                    args=(one.name,),
                )


def _explore(collection: str, label: str) -> None:
    st.page_link(
        "explore/page.py",
        label=label,
        icon=":material/scatter_plot:",
        query_params={"dataset": collection},
    )


def _start(request: Request) -> None:
    """Start the job with the files that the widget holds, which nothing else refers to."""
    files: Any = state.widget(UPLOAD)
    if files:
        start_named_job(JOB, partial(add_vectors, list(files), request))


def _forget() -> None:
    state.release(JOB)


def _remove(name: str) -> None:
    problem = remove_collection(name)
    if problem is not None:
        state.notify(NOTICE, problem)
    _forget()
