"""A limit on how many memory-hungry steps run at the same time in the server process."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Made = TypeVar("Made")

MAX_CONCURRENT = 2
"""Each step holds up to 40 MB until it is done; more at the same time gain nothing on two cores."""

_turns = threading.Semaphore(MAX_CONCURRENT)
_own = threading.local()


def limited(step: Callable[Given, Made]) -> Callable[Given, Made]:
    """Run a step only while fewer than `MAX_CONCURRENT` others run; cached results never wait.

    Put the decorator below that of the cache, so that only misses wait. A limited step must not call
    another one: two that wait for each other's cache entry would deadlock.

    Raises
    ------
    RuntimeError
        When called from inside another limited step.
    """

    @wraps(step)
    def limited_step(*args: Given.args, **kwargs: Given.kwargs) -> Made:
        if getattr(_own, "busy", False):
            raise RuntimeError(f"{step.__name__} is called from another limited step")
        with _turns:
            _own.busy = True
            try:
                return step(*args, **kwargs)
            finally:
                _own.busy = False

    return limited_step
