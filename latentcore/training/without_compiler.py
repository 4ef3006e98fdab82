"""Training without torch's compiler, which nothing here uses and whose import costs 77 MB and a second."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType
from typing import TypeVar

import torch

Function = TypeVar("Function", bound=Callable[..., object])

COMPILER = "torch._dynamo"


def leave_out_compiler() -> None:
    """Have torch's optimisers do without its compiler in this process, unless it was imported already.

    The first optimiser imports the compiler, to keep it away from itself. Here that is done by a module with
    the two functions that optimisers call; `torch.compile` fails afterwards. For the process of a training
    run, which lives for one training: the results are the same.
    """
    if COMPILER in sys.modules:
        return
    stand_in = ModuleType(COMPILER, "What optimisers call of the compiler; see latentcore.training.")
    vars(stand_in).update(disable=_unchanged, graph_break=_do_nothing)
    sys.modules[COMPILER] = stand_in
    torch._dynamo = stand_in


def _unchanged(function: Function, *_: object, **__: object) -> Function:
    """Return a function as it is; the compiler's would be kept from compiling it."""
    return function


def _do_nothing() -> None:
    """Take the place of a mark that only the compiler sees."""
