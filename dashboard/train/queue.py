"""The training runs that are under way."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.train.services.progress import (
    Run,
    n_active_runs,
    progress_of,
    run_title,
    seen_active_runs,
)


def run_queue() -> None:
    """List the waiting and training runs that the session may see; others are only counted."""
    runs, n_all = seen_active_runs(), n_active_runs()
    if not n_all:
        return
    st.markdown("**Under way**")
    groups: dict[str, list[Run]] = {}
    for run in runs:
        groups.setdefault(run.request.group or run.id, []).append(run)
    for group in groups.values():
        with st.container(border=True, key=f"run_{group[0].id}", gap="xxsmall"):
            st.page_link(
                "train/page.py",
                label=state.escape_markdown(" beside ".join(run_title(run) for run in group)),
                icon=":material/monitoring:",
                query_params={"run": [run.id for run in group]},
            )
            for run in group:
                st.caption(state.escape_markdown(progress_of(run, run.events()).words))
    others = n_all - len(runs)
    if others > 0:
        st.caption(
            f"{others} {'run' if others == 1 else 'runs'} of other visitors; one run trains at a time."
        )
