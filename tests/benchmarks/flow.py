"""Time of decoding 100 samples of each flow by number of solver steps: ``python -m tests.benchmarks.flow``.

One thread; median over repeats, in milliseconds. Names of bundles after it measure only those.
"""

from __future__ import annotations

import statistics
import sys
import time

from latentcore import list_bundles, load_bundle
from latentcore.models.capabilities import HasFlow
from latentcore.training import one_thread
from latentcore.types import Capability
from tests.serving import machine

N_SAMPLES, N_REPEATS, BAR = 100, 30, 60.0
N_STEPS = (1, 2, 5, 10, 20)


def milliseconds(model: HasFlow, n_steps: int) -> float:
    """Return the median time of decoding, after one that does not count."""
    codes = model.sample_codes(N_SAMPLES, seed=0)
    model.decode_in_steps(codes, n_steps)
    times = []
    for _ in range(N_REPEATS):
        started = time.perf_counter()
        model.decode_in_steps(codes, n_steps)
        times.append(time.perf_counter() - started)
    return 1000 * statistics.median(times)


def main() -> None:
    """Print one row per flow."""
    flows = [spec for spec in list_bundles() if Capability.FLOW in spec.capabilities]
    chosen = [spec for spec in flows if spec.id in sys.argv[1:]] or flows
    sys.stdout.write(f"{machine()}; aim at 10 steps of 16-D flows: {BAR:.0f} ms\n\n")
    sys.stdout.write(f"| {N_SAMPLES} samples, ms | {' | '.join(f'{n} steps' for n in N_STEPS)} |\n")
    sys.stdout.write(f"|---|{'---|' * len(N_STEPS)}\n")
    with one_thread():
        for spec in chosen:
            model = load_bundle(spec.id).model
            assert isinstance(model, HasFlow)
            row = " | ".join(f"{milliseconds(model, n_steps):.1f}" for n_steps in N_STEPS)
            sys.stdout.write(f"| {spec.id} | {row} |\n")


if __name__ == "__main__":
    main()
