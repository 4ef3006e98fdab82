"""The form that adds an upload as a dataset: files, name, options, progress, and why it failed."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from dashboard import state
from dashboard.data.jobs import is_busy
from dashboard.data.upload_rules import MAX_DATASETS, UploadRules, quota_problem
from dashboard.ui.job_panel import busy_note, job_of, start_named_job, watch_job
from dashboard.your_data.options import more_options, pick_options
from dashboard.your_data.services.adding import (
    Outcome,
    Request,
    UploadedFile,
    add_upload,
    name_problem,
    suggested_name,
)

JOB = "add_dataset"
UPLOAD, MODE = "data_upload", "data_mode"
FILES, FOLDER = "Files", "Folder"
PICTURE_TYPES = ["png", "jpg", "jpeg", "webp", "gif", "bmp", "tif", "tiff", "csv", "jsonl"]
KINDS = """
- **Pictures** (PNG, JPEG, WebP, GIF, BMP, TIFF): several files, a folder, or a zip or tar archive. With one
  subfolder per class, its name is the class; `train/` and `test/` are kept; a `metadata.csv` with `file_name`
  and `label` works, too.
- **Arrays**: npz with `images` and, if there are any, `labels` and `classes`; npy; a pair of idx files.
- **Tables**: Parquet with a column of pictures and, if there is one, a column `label`.
"""


def latest_outcome() -> Outcome | None:
    """Return what became of this session's latest upload, once its job has finished."""
    job = job_of(JOB)
    outcome: Outcome | None = None if job is None or not job.finished else job.result
    return outcome


def forget_outcome() -> None:
    """Return to an empty form."""
    state.release(JOB)


def add_form(rules: UploadRules) -> None:
    """Draw the form, and the progress while a job runs."""
    job = job_of(JOB)
    running = job is not None and not job.finished
    left, right = st.columns([1, 1.25], gap="large")
    with left:
        files = _uploader(rules, disabled=running)
    with right:
        finished = watch_job(JOB)
        if running:
            st.caption("The images are read, made alike and stored. You can open other pages meanwhile.")
            return
        if finished is not None and finished.result is not None and finished.result.problem:
            st.error(
                f"Nothing was added. {state.escape_markdown(finished.result.problem)}",
                icon=":material/error:",
            )
        if files:
            _settings(files, rules)
        else:
            st.markdown(KINDS)


def _uploader(rules: UploadRules, *, disabled: bool) -> list[UploadedFile]:
    mode = st.segmented_control(
        "Upload",
        (FILES, FOLDER),
        default=FILES,
        required=True,
        key=MODE,
        disabled=disabled,
        on_change=forget_outcome,
        help="Files: an archive, an array, a table, or several pictures. Folder: all pictures in it.",
    )
    uploaded = st.file_uploader(
        f"{mode}, up to {rules.max_megabytes:,} MB in all",
        type=PICTURE_TYPES if mode == FOLDER else None,
        accept_multiple_files="directory" if mode == FOLDER else True,
        key=UPLOAD,
        max_upload_size=rules.max_megabytes,
        on_change=forget_outcome,
        disabled=disabled,
    )
    st.caption(_how_long(rules))
    return list(uploaded or [])


def _how_long(rules: UploadRules) -> str:
    if not rules.is_hosted:
        return "The images stay on this computer until you remove them."
    return (
        "Only you see the images, in this browser tab. They are deleted minutes after the tab is closed or "
        "reloaded, and after 50 minutes without use. "
        f"At most {MAX_DATASETS} datasets of {rules.max_images or 0:,} images each."
    )


def _settings(files: list[UploadedFile], rules: UploadRules) -> None:
    """Draw name and options of a dataset, and the button that adds it."""
    of_upload = f"{len(files)}_{getattr(files[0], 'file_id', files[0].name)}"
    name = st.text_input(
        "Name",
        suggested_name([file.name for file in files], rules),
        max_chars=40,
        key=f"data_name_{of_upload}",
        help="Small letters, digits, - and _, beginning with a letter. Commands and addresses use it.",
    )
    options = pick_options() | more_options()
    problem = name_problem(name, rules) or quota_problem(sum(file.size for file in files), rules)
    if problem is not None:
        st.warning(state.escape_markdown(problem), icon=":material/info:")
    st.button(
        "Add dataset",
        icon=":material/add:",
        disabled=problem is not None or is_busy(),
        on_click=_start,
        args=(Request(name, options, rules),),
    )
    busy_note()


def _start(request: Request) -> None:
    """Start the job with the files that the widget holds, which nothing else refers to."""
    files: Any = state.widget(UPLOAD)
    if files:
        start_named_job(JOB, partial(add_upload, list(files), request))
