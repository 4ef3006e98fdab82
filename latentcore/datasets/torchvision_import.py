"""Importing torchvision with a CPU-only torch."""

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

    The package index's torchvision has a compiled extension that needs the CUDA libraries; if it does not
    load, the import fails because two operators are not declared. Only datasets are needed here, so the
    two are declared here instead.
    """
    with _importing:  # a schema can be declared only once
        try:
            return importlib.import_module("torchvision.datasets")
        except RuntimeError:
            library = torch.library.Library("torchvision", "DEF")
            for schema in _SCHEMAS:
                library.define(schema)
            _declared.append(library)  # the declarations live as long as the library object
            return importlib.import_module("torchvision.datasets")
