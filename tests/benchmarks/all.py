"""Run every benchmark in its long form, one after the other: ``python -m tests.benchmarks.all``.

It takes over an hour on two cores; nothing else should run meanwhile. ``--quick`` runs short forms.
"""

from __future__ import annotations

import subprocess
import sys

from tests.serving import ROOT, machine

LONG = {
    "Cold start": ("cold",),
    "Latency": ("table",),
    "Front door": ("front",),
    "Four linked maps": ("linked",),
    "Pages of several models": ("pages",),
    "Measuring again": ("meanwhile",),
    "Twenty visitors": ("crowd",),
    "A meeting on a fresh server": ("meeting",),
    "Training": ("training",),
    "Samples of a flow": ("flow",),
    "A large space": ("large_space",),
    "Memory": ("memory",),
}
QUICK = {
    "Cold start": ("cold", "1"),
    "Latency": ("table", "--quick"),
    "Four visitors": ("crowd", "--visitors", "4", "--seconds", "10"),
    "A meeting on a fresh server": ("meeting", "--quick"),
    "A large space": ("large_space", "--items", "5000"),
    "Memory": ("memory", "--visits", "50", "--sessions", "4", "--pause", "0"),
}


def main() -> None:
    """Run all, print what each prints, and end with 1 if one failed."""
    failed = []
    for title, (name, *options) in (QUICK if "--quick" in sys.argv else LONG).items():
        sys.stdout.write(
            f"\n## {title}\n\n`python -m tests.benchmarks.{' '.join([name, *options])}`, {machine()}\n\n"
        )
        sys.stdout.flush()
        done = subprocess.run(
            [sys.executable, "-m", f"tests.benchmarks.{name}", *options], cwd=ROOT, check=False
        )
        if done.returncode:
            failed.append(title)
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
