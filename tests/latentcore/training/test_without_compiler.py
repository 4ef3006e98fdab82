"""The process of a training run does without torch's compiler: same weights, nothing imported."""

from __future__ import annotations

import subprocess
import sys

import pytest

FIT = """
import hashlib, sys
import numpy as np
from latentcore.models import make_model
from latentcore.training.without_compiler import leave_out_compiler
if sys.argv[1] == "without":
    leave_out_compiler()
images = np.random.default_rng(0).random((64, 1, 8, 8), np.float32)
model = make_model(sys.argv[2], {"latent_dim": 2, "n_epochs": 2}).fit(images, seed=0)
print(hashlib.sha256(b"".join(array.tobytes() for array in model.state().values())).hexdigest())
print(len([name for name in sys.modules if name.startswith("torch._dynamo.")]) > 0)
"""


def fitted(how: str, family: str) -> list[str]:
    """Return the checksum of a model's weights, and whether the compiler was imported."""
    command = [sys.executable, "-W", "ignore", "-c", FIT, how, family]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


@pytest.mark.parametrize("family", ["vae", "gan"])
def test_the_weights_are_the_same_without_the_compiler(family):
    weights, imported = fitted("without", family)
    assert imported == "False"
    assert weights == fitted("with", family)[0]
