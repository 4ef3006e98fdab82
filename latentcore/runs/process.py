"""The process of a training run: whether it is at work, and its state."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

ZOMBIE, HALTED = "Z", "T"


def process_facts(process: int) -> dict[str, Any]:
    """Return what ``status.json`` says of a process: its number, and when it began.

    After a restart of the machine, another process may have the same number.
    """
    return {"process": process, "process_began": _process_stat(process, 19)}


def is_at_work(process: int, status: dict[str, Any]) -> bool:
    """Return whether a process is the one that ``status.json`` describes, and has not ended."""
    began = status.get("process_began")
    return is_alive(process) and began in {None, _process_stat(process, 19)}


def is_alive(process: int) -> bool:
    """Return whether there is a process of this number that has not ended."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return process_state(process) != ZOMBIE


def process_state(process: int) -> str | None:
    """Return the letter of a process's state, such as `ZOMBIE` or `HALTED`; None where it is not known."""
    return _process_stat(process, 0)


def _process_stat(process: int, index: int) -> str | None:
    """Return a field of ``/proc/PID/stat`` after the name: 0 is the state, 19 when the process began."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[index]
    except OSError:
        return None
