"""Whom a thread works for: nobody, or the session that it acts for."""

from __future__ import annotations

import threading

from dashboard.server.sessions import acting_for, current_session


def test_a_thread_works_for_a_session_only_while_it_acts_for_it():
    assert current_session() is None
    with acting_for("one"):
        assert current_session() == "one"
        with acting_for("two"):
            assert current_session() == "two"
        assert current_session() == "one"
        seen: list[str | None] = []
        thread = threading.Thread(target=lambda: seen.append(current_session()))
        thread.start()
        thread.join()
        assert seen == [None]
    assert current_session() is None
