"""A model is trained from the page Train, watched, and opened on Explore."""

from __future__ import annotations

import shutil

import pytest

from latentcore.runs import active_runs, stop_run
from latentcore.store import models_folder
from tests.browser.conftest import new_page
from tests.serving import started_server

pytestmark = pytest.mark.slow
SECONDS = 120_000
"""In milliseconds: a run on a busy machine."""


@pytest.fixture
def own_server(tmp_path, monkeypatch):
    """A server with models and data of its own, whose shortest training takes three seconds."""
    shutil.copytree(models_folder() / "digits" / "ae-d2", tmp_path / "models" / "digits" / "ae-d2")
    folders = {"LATENTCORE_MODELS": str(tmp_path / "models"), "LATENTCORE_DATA": str(tmp_path / "data")}
    for name, value in folders.items():
        monkeypatch.setenv(name, value)
    app = tmp_path / "app.py"
    app.write_text(
        "from pathlib import Path\n"
        "import runpy\n"
        "import dashboard.app\n"
        "from dashboard.train import form\n"
        "form.MINUTES, form.USUAL_MINUTES = (0.05, form.RECIPE), 0.05\n"
        "runpy.run_path(dashboard.app.__file__, run_name='__main__')\n"
    )
    with started_server(**folders) as running:
        yield running.address
    for run in active_runs():
        stop_run(run.id)
