"""The server prepares things while no page is drawn."""

from __future__ import annotations

import threading
import time

from dashboard.server.process import drawing_page, wait_until_idle


def test_waiting_ends_only_after_the_page():
    done = threading.Event()

    def wait() -> None:
        wait_until_idle(0.2)
        done.set()

    with drawing_page():
        thread = threading.Thread(target=wait)
        thread.start()
        assert not done.wait(0.6)
    ended = time.monotonic()
    assert done.wait(5)
    assert time.monotonic() - ended >= 0.15
    thread.join()


def test_an_idle_server_does_not_wait():
    wait_until_idle(0.0)


def test_it_waits_for_no_longer_than_it_may_though_pages_are_drawn_all_the_time():
    begun = time.monotonic()
    with drawing_page():
        wait_until_idle(5.0, at_most=0.3)
    assert 0.3 <= time.monotonic() - begun < 4
