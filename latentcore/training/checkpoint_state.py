"""The state of networks, optimisers and schedules as named tensors and JSON, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

import numpy as np
import torch


@runtime_checkable
class Stateful(Protocol):
    """What a training changes: a module, an optimiser, a schedule, or a class that counts steps."""

    def state_dict(self) -> Any:  # noqa: ANN401 - torch's
        """Return the state: dicts, lists and tuples of tensors, numbers, strings and None."""

    def load_state_dict(self, state_dict: Any) -> Any:  # noqa: ANN401 - torch's
        """Set the state to what `state_dict` returned."""


def pack(value: Any, tensors: dict[str, torch.Tensor], name: str) -> Any:  # noqa: ANN401 - a tree
    """Return a state as a JSON value, with its tensors put into `tensors`.

    Parameters
    ----------
    value : tree
        Dicts, lists and tuples of tensors, numeric arrays, numbers, strings, booleans and None.
    tensors : dict of str to tensor
        Receives the tensors of the state under names that begin with `name`; the JSON value refers to them.
    name : str

    Raises
    ------
    TypeError
        If the state holds anything else.
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, torch.Tensor):
        tensors[name] = value.detach()
        return {"tensor": name}
    if isinstance(value, np.ndarray):
        tensors[name] = torch.from_numpy(value)
        return {"array": name}
    if isinstance(value, Mapping):
        return {"dict": [[key, pack(entry, tensors, f"{name}/{key}")] for key, entry in value.items()]}
    if isinstance(value, list | tuple):
        entries = [pack(entry, tensors, f"{name}/{k}") for k, entry in enumerate(value)]
        return {"tuple" if isinstance(value, tuple) else "list": entries}
    raise TypeError(f"{name} is a {type(value).__name__}, which a checkpoint does not store.")


def unpack(packed: Any, tensors: Mapping[str, torch.Tensor]) -> Any:  # noqa: ANN401 - a tree
    """Return the state that `pack` was given."""
    if not isinstance(packed, dict):
        return packed
    ((kind, content),) = packed.items()
    if kind == "tensor":
        return tensors[content]
    if kind == "array":
        return tensors[content].numpy()
    if kind == "dict":
        return {key: unpack(entry, tensors) for key, entry in content}
    entries = [unpack(entry, tensors) for entry in content]
    return tuple(entries) if kind == "tuple" else entries


def restore(part: Stateful, state: Any) -> None:  # noqa: ANN401 - torch's
    """Load a state into a part.

    The moments of an optimiser get the memory format of their weights, as those that it makes itself: the
    next steps then take the same code path, and give the same bits.
    """
    part.load_state_dict(state)
    if isinstance(part, torch.optim.Optimizer):
        for weight, moments in part.state.items():
            for name, moment in moments.items():
                if isinstance(moment, torch.Tensor) and moment.shape == weight.shape:
                    moments[name] = torch.empty_like(weight, requires_grad=False).copy_(moment)
