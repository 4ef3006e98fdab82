"""Train: the form that starts training runs, or the run, or two, that the address names."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.data.catalogue import catalogue
from dashboard.data.upload_rules import upload_rules
from dashboard.train.form import train_form
from dashboard.train.run_view import pair_view, run_view
from dashboard.train.services.progress import Run, seen_run
from dashboard.ui.panels.collections import collection_note, named_collection
from dashboard.ui.share import copy_link, show_notices
from dashboard.ui.theme import is_dark

# In the place of a run's id: the form, also for those who have just looked at a run.
NEW_RUN = "new"
MOST_RUNS = 2
# Fixed heights, so that nothing moves while a run is redrawn.
STYLE = """
:is(.st-key-run_status, .st-key-run_status_1, .st-key-run_status_2, .st-key-run_outcome) { min-height: 58px; }
.st-key-run_links a { border: 1px solid color-mix(in srgb, gray 40%, transparent);
  border-radius: 0.5rem; padding: 0.3rem 0.75rem; }
.st-key-loss_curves { min-height: 184px; overflow-x: auto; }
.st-key-train_map { min-height: 528px; overflow-x: auto; }
:is(.st-key-train_map_1, .st-key-train_map_2, .st-key-loss_curves_1, .st-key-loss_curves_2) {
  min-height: 298px; overflow-x: auto; }
@media (max-width: 640px) {
  [class*="st-key-train_map"] { min-height: 0; }
  [class*="st-key-train_map"] canvas { max-width: 100%; height: auto !important; }
}
"""
# Streamlit fades what it is about to redraw, which on a busy machine flickers once per second.
RUN_STYLE = '[data-testid="stMain"] [data-stale="true"] { opacity: 1 !important; }'
# Words on the light blue of the dark theme's main button, which Streamlit writes in white.
DARK_STYLE = 'button[kind="primary"]:enabled * { color: #10151c; }'


def page() -> None:
    """Draw the page."""
    runs = _addressed_runs()
    styles = (STYLE, RUN_STYLE if runs else "", DARK_STYLE if is_dark() else "")
    st.html(f"<style>{''.join(styles)}</style>")
    notices = st.container()
    if not runs:
        if (collection := named_collection(catalogue())) is not None:
            collection_note(collection, "Models are trained on images")
        train_form(upload_rules())
    elif len(runs) == 1:
        run_view(runs[0])
    else:
        pair_view((runs[0], runs[1]))
    state.publish(dataset=state.get("dataset"), run=state.get("run"))
    with notices:
        show_notices()
    copy_link()


def _addressed_runs() -> list[Run]:
    """Return the runs that the address names, two at most; an unknown one is said to be so."""
    address = state.get("run")
    if address is None:
        return []
    if address == NEW_RUN:
        state.put("run", None)
        return []
    ids = list(dict.fromkeys(address.split(",")))
    found = [(run_id, seen_run(run_id)) for run_id in ids[:MOST_RUNS]]
    runs = [run for _, run in found if run is not None]
    state.put("run", ",".join(run.id for run in runs) or None)
    unknown = next((run_id for run_id, run in found if run is None), None)
    if unknown is not None:
        state.notify("run", f"There is no training run “{unknown[:20]}” here; it may have been removed.")
    elif len(ids) > MOST_RUNS:
        state.notify("run", "Two training runs are shown side by side at most; here are the first two.")
    if runs:
        state.put("dataset", runs[0].request.dataset)
    return runs


page()
