"""A decode in a thread of its own, as Streamlit runs each script, starts no others."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]

DECODE = """
import threading
import psutil
from dashboard.server.process import prepare
from latentcore.store import load_bundle
prepare()
bundle = load_bundle("mnist/vae-d2")
bundle.model.decode(bundle.test.codes[:1])
def run():
    before = psutil.Process().num_threads()
    bundle.model.decode(bundle.test.codes[:1])
    print(psutil.Process().num_threads() - before)
thread = threading.Thread(target=run)
thread.start()
thread.join()
"""


def test_a_decode_starts_no_threads():
    environment = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    done = subprocess.run(
        [sys.executable, "-c", DECODE],
        cwd=ROOT,
        env=environment | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(done.stdout) == 0  # one, where OMP_NUM_THREADS is 2
