"""Which session the code runs for: on its script's thread, in its job, or in its download."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

_acting: ContextVar[str | None] = ContextVar("session that a thread works for", default=None)


def current_session() -> str | None:
    """Return the id of the session that this thread works for, or None."""
    context = get_script_run_ctx(suppress_warning=True)
    return _acting.get() if context is None else context.session_id


@contextmanager
def acting_for(session: str | None) -> Iterator[None]:
    """Let a thread that has no session of its own work for one while the block runs."""
    former = _acting.set(session)
    try:
        yield
    finally:
        _acting.reset(former)


def is_connected(session: str) -> bool:
    """Return whether a browser is connected to a session."""
    return runtime.exists() and runtime.get_instance().is_active_session(session)
