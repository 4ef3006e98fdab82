"""Waiting for background jobs."""

from __future__ import annotations

import time

import pytest

from dashboard.data.jobs import Job


def wait(job: Job) -> None:
    for _ in range(600):
        if job.finished:
            return
        time.sleep(0.1)
    pytest.fail("the job does not end")
