"""Adding one's own images: images per second, and memory above idle.

Run from the repository root: ``python -m tests.benchmarks.own_data``. It writes JPEGs of 32x32 in ten class
folders to a temporary folder and adds them in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from tests.serving import ROOT, machine

N_IMAGES, N_CLASSES, SIDE = 10_000, 10, 32
MIN_PER_SECOND, MAX_MEGABYTES = 1000, 300

ADD = """
import json, resource, sys, time
from pathlib import Path
from latentcore.datasets.own.add import add_dataset
idle = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
begun = time.perf_counter()
added = add_dataset("mine", Path(sys.argv[1]), Path(sys.argv[2]))
seconds = time.perf_counter() - begun
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
n = added.n_train + added.n_test
found = {"images": n, "per_second": round(n / seconds), "peak_above_idle_mb": round(peak - idle)}
print(json.dumps({**found, "idle_mb": round(idle)}))
"""


def write_folder(folder: Path, n: int) -> None:
    """Write `n` JPEGs of smooth random colours, a folder per class."""
    generator = np.random.default_rng(0)
    for k in range(n):
        small = generator.integers(0, 256, (4, 4, 3)).astype(np.uint8)
        path = folder / f"class {k % N_CLASSES}" / f"{k}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(small).resize((SIDE, SIDE), Image.Resampling.BICUBIC).save(path, quality=90)


def main() -> None:
    """Print what adding takes, as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=N_IMAGES)
    images = parser.parse_args().images
    with tempfile.TemporaryDirectory() as folder:
        write_folder(Path(folder) / "in", images)
        command = [sys.executable, "-c", ADD, str(Path(folder) / "in"), str(Path(folder) / "data")]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    found["over"] = [
        name
        for name, over in (
            ("per_second", found["per_second"] < MIN_PER_SECOND),
            ("memory", found["peak_above_idle_mb"] > MAX_MEGABYTES),
        )
        if over
    ]
    sys.stdout.write(json.dumps({**found, "machine": machine()}) + "\n")


if __name__ == "__main__":
    main()
