"""Importing torchvision beside a torch without CUDA."""

from __future__ import annotations

import importlib
import threading
from types import ModuleType

import torch

_SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)
_declared: list[torch.library.Library] = []
_importing = threading.Lock()


def torchvision_datasets() -> ModuleType:
    """Return ``torchvision.datasets``.

    The package index's torchvision has a compiled extension that wants the CUDA libraries; where it
    does not load, the import fails on two operators that it would have declared. Only datasets are
    needed here, so the two are declared in its place.
    """
    with _importing:  # a schema can be declared once
        try:
            return importlib.import_module("torchvision.datasets")
        except RuntimeError:
            library = torch.library.Library("torchvision", "DEF")
            for schema in _SCHEMAS:
                library.define(schema)
            _declared.append(library)  # the declarations live as long as the library object
            return importlib.import_module("torchvision.datasets")
