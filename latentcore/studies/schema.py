"""Schemas of the studies' results, so that a damaged file gives one sentence instead of a traceback."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from latentcore.store.schema import Schema, check_schema

BETWEEN: Schema = [float, float]
"""Both ends of an interval."""
ESTIMATE: Schema = [float, float, float]
"""A value and both ends of its interval."""
END: Schema = (float, None)

_OVER_SEEDS: Mapping[str, Schema] = {"mean": float, "low": END, "high": END, "by_seed": [float]}
_BY_LABELS: Schema = [{"labels": int, **_OVER_SEEDS}]
_BY_N: Schema = [{"n": int, **_OVER_SEEDS}]
_RATE_POINT: Schema = {
    "n_bytes": int,
    "bits_per_pixel": float,
    "psnr": float,
    "interval": BETWEEN,
    "decoder_bytes": int,
    "setting": {str: float},
}

RESULT_SCHEMAS: Mapping[str, Schema] = {
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
        "one_class": (
            {
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
            None,
        ),
    },
    "solver_steps": {
        "n": int,
        "network": (str, None),
        "curves": [
            {
                "model": str,
                "points": [
                    {
                        "steps": int,
                        "difference": float,
                        "fd_percent": (_OVER_SEEDS, None),
                        "precision": (_OVER_SEEDS, None),
                        "recall": (_OVER_SEEDS, None),
                    }
                ],
            }
        ],
    },
    "denoise": {
        "n": int,
        "methods": [str],
        "strengths": {str: {str: [float]}},
        "scores": {str: [{"method": str, "level": float, "psnr": ESTIMATE, "ssim": ESTIMATE}]},
    },
}


def schema_check(name: str) -> Callable[[Mapping[str, Any]], None]:
    """Return a function that raises `ValueError` unless a result of the study matches `RESULT_SCHEMAS`."""
    return lambda found: check_schema(found, RESULT_SCHEMAS[name], "found")
