"""Dear steps, two at once on a server: memory is bounded where it is taken, and nothing else waits."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Made = TypeVar("Made")

AT_ONCE = 2
"""Each holds up to 40 MB until it is done; more at once would gain nothing on two cores."""

_turns = threading.Semaphore(AT_ONCE)
_own = threading.local()


def dear(step: Callable[Given, Made]) -> Callable[Given, Made]:
    """Let a step begin only while fewer than two others run; a page whose parts are made never waits.

    Put it below the cache of the step, so that only what is not yet made takes a turn. A dear step must not
    contain another: two that wait for each other's cache would wait for ever.

    Raises
    ------
    RuntimeError
        When called, if it is part of another dear step.
    """

    @wraps(step)
    def taking_turns(*args: Given.args, **kwargs: Given.kwargs) -> Made:
        if getattr(_own, "busy", False):
            raise RuntimeError(f"{step.__name__} is part of another dear step")
        with _turns:
            _own.busy = True
            try:
                return step(*args, **kwargs)
            finally:
                _own.busy = False

    return taking_turns
