"""Train: the form that starts a training run, or the run that the address names."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.data.upload_rules import upload_rules
from dashboard.train.form import train_form
from dashboard.train.run_view import run_view
from dashboard.train.services.progress import Run, seen_run
from dashboard.ui.share import copy_link, show_notices
from dashboard.ui.theme import is_dark

# In the place of a run's id: the form, also for those who have just looked at a run.
NEW_RUN = "new"
# Fixed heights, so that nothing moves while a run is redrawn.
STYLE = """
:is(.st-key-run_status, .st-key-run_outcome) { min-height: 58px; }
.st-key-run_links a { border: 1px solid color-mix(in srgb, currentColor 22%, transparent);
  border-radius: 0.5rem; padding: 0.3rem 0.75rem; }
.st-key-run_losses { min-height: 184px; overflow-x: auto; }
.st-key-run_map { min-height: 528px; overflow-x: auto; }
"""
# Words on the light blue of the dark theme's main button, which Streamlit writes in white.
DARK_STYLE = 'button[kind="primary"]:enabled * { color: #10151c; }'


def page() -> None:
    """Draw the page."""
    st.html(f"<style>{STYLE}{DARK_STYLE if is_dark() else ''}</style>")
    run = _addressed_run()
    notices = st.container()
    if run is None:
        train_form(upload_rules())
    else:
        run_view(run)
    state.publish(dataset=state.get("dataset"), run=state.get("run"))
    with notices:
        show_notices()
    copy_link()


def _addressed_run() -> Run | None:
    """Return the run that the address names; an unknown one is said to be so."""
    run_id = state.get("run")
    if run_id == NEW_RUN:
        state.put("run", None)
        return None
    if run_id is None:
        return None
    run = seen_run(run_id)
    if run is None:
        state.put("run", None)
        state.notify("run", f"There is no training run “{run_id[:20]}” here; it may have been removed.")
    else:
        state.put("dataset", run.request.dataset)
    return run


page()
