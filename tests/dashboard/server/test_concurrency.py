"""Dear steps take turns; nothing else waits."""

from __future__ import annotations

import threading
import time

import pytest
import streamlit as st

from dashboard.server.concurrency import MAX_CONCURRENT, limited


def test_no_more_than_two_run_at_once():
    running, most, lock = [0], [0], threading.Lock()
    go_on = threading.Event()

    @limited
    def step() -> None:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        go_on.wait(0.2)
        with lock:
            running[0] -= 1

    threads = [threading.Thread(target=step) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most[0] == MAX_CONCURRENT


def test_a_turn_is_given_back_after_an_error():
    @limited
    def fails() -> None:
        raise ValueError("no")

    for _ in range(MAX_CONCURRENT + 1):
        with pytest.raises(ValueError, match="no"):
            fails()


def test_a_dear_step_in_another_is_a_mistake():
    @limited
    def inner() -> int:
        return 1

    @limited
    def outer() -> int:
        return inner()

    with pytest.raises(RuntimeError, match="inner is called from another"):
        outer()
    assert inner() == 1


def test_two_sessions_that_ask_for_the_same_make_it_once():
    made: list[int] = []
    start = threading.Barrier(2)

    @st.cache_resource(show_spinner=False)
    @limited
    def step(number: int) -> int:
        made.append(number)
        time.sleep(0.2)
        return number

    def ask() -> None:
        start.wait()
        assert step(7) == 7

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [7]
