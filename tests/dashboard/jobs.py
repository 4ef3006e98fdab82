"""Waiting for background jobs, alone or on a page."""

from __future__ import annotations

import time

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.data.jobs import Job


def wait(job: Job) -> None:
    for _ in range(600):
        if job.finished:
            return
        time.sleep(0.1)
    pytest.fail("the job does not end")


def run_until_measured(app: AppTest) -> None:
    """Run a page again and again until it shows what its job has measured now."""
    for _ in range(150):
        if any("Measured now" in element.value for element in app.markdown):
            return
        time.sleep(0.2)
        app.run()
