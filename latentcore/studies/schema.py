"""How the JSON of each study is built, so that a damaged file is one sentence and not a traceback."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from latentcore.store.schema import Shape, check_structure

BETWEEN: Shape = [float, float]
"""Both ends of an interval."""
ESTIMATE: Shape = [float, float, float]
"""A value and both ends of its interval."""
END: Shape = (float, None)

_OVER_SEEDS: Mapping[str, Shape] = {"mean": float, "low": END, "high": END, "by_seed": [float]}
_BY_LABELS: Shape = [{"labels": int, **_OVER_SEEDS}]
_BY_N: Shape = [{"n": int, **_OVER_SEEDS}]
_RATE_POINT: Shape = {
    "n_bytes": int,
    "bits_per_pixel": float,
    "psnr": float,
    "interval": BETWEEN,
    "decoder_bytes": int,
    "setting": {str: float},
}

CONTENTS: Mapping[str, Shape] = {
    "compression": {
        "n": int,
        "pixels": int,
        "curves": [{"name": str, "kind": str, "points": [_RATE_POINT]}],
        "missing": [str],
        "bar": (BETWEEN, None),
        "reached": ({"model": str, "bits_per_pixel": float, "psnr": float}, None),
    },
    "transfer": {
        "n_test": int,
        "n_pool": int,
        "n_labels": [int],
        "curves": [{"source": str, "supervised": bool, "points": _BY_LABELS}],
        "across": [{"family": str, "latent_dim": int, "trained_on": str, "points": _BY_LABELS}],
    },
    "synthesis": {
        "n_test": int,
        "n_real": [int],
        "n_shown": int,
        "judge": str,
        "real": _BY_N,
        "curves": [{"model": str, "synthetic": _BY_N, "both": _BY_N}],
    },
    "anomaly": {
        "whole": {
            "n": int,
            "left_out": [str],
            "cells": [{"model": str, "against": str, "score": str, "auroc": ESTIMATE}],
        },
        "one_class": {
            "latent_dim": int,
            "n_test": int,
            "n_train": [int],
            "headline": str,
            "cells": [{"family": str, "class": int, "score": str, "auroc": ESTIMATE}],
            "means": [{"family": str, "score": str, "auroc": ESTIMATE}],
            "kept": [int],
            "decoded": [int],
            "models": [{"family": str, "class": int, "scores": str, "decodes": str}],
        },
    },
    "denoise": {
        "n": int,
        "methods": [str],
        "strengths": {str: {str: [float]}},
        "scores": {str: [{"method": str, "level": float, "psnr": ESTIMATE, "ssim": ESTIMATE}]},
    },
}


def check_contents(name: str) -> Callable[[Mapping[str, Any]], None]:
    """Return a check of what a study found: it raises `ValueError` unless that is built like `CONTENTS`."""
    return lambda found: check_structure(found, CONTENTS[name], "found")
