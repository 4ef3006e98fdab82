"""Background jobs: one at a time, cancelled, abandoned, failed."""

from __future__ import annotations

import time
from functools import partial

from dashboard.compare.scores.services.remeasuring import Request, measure
from dashboard.data import jobs
from dashboard.data.jobs import Job, start_job
from tests.dashboard.jobs import wait


def test_one_job_at_a_time_and_it_can_be_cancelled():
    job = start_job(partial(measure, Request(("digits/vae-d2", "digits/vae-d8", "digits/gan-d2"), 540, 1)))
    assert job is not None
    assert start_job(lambda _job: 1) is None
    job.cancelled.set()
    wait(job)
    assert job.problem == "Job cancelled."
    assert job.result is None
    again = start_job(lambda _job: 1)
    assert again is not None
    wait(again)
    assert again.result == 1


def test_a_job_whose_browser_has_gone_ends_and_makes_room(monkeypatch):
    monkeypatch.setattr(jobs, "SECONDS_TO_RETURN", 0.3)
    stays = {"here": True, "gone": False}
    monkeypatch.setattr(jobs, "is_connected", stays.__getitem__)

    def work(job: Job) -> int:
        for _ in range(6):
            time.sleep(0.1)
            job.announce("working", 0.5)
        return 1

    for session, result in (("here", 1), ("gone", None)):
        job = start_job(work)
        assert job is not None
        job.session = session
        wait(job)
        assert job.result == result
    assert "was disconnected" in job.problem


def test_a_job_that_fails_says_why():
    def work(_job: Job) -> None:
        raise ValueError("no such thing.")

    job = start_job(work)
    assert job is not None
    wait(job)
    assert job.problem == "Job failed: no such thing."
