"""What a user sees after a fault, and what stands afterwards: ``python -m tests.benchmarks.faults``.

Every fault is real: processes are killed with SIGKILL in the middle of writing, disks are small tmpfs
mounts that fill up, folders are mounted read-only (both need the superuser and are left out without).
Prints a table and ends with 1 where something was lost or half-written.
"""

from __future__ import annotations

import gzip
import http.server
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from latentcore.datasets.torchvision_sets import MNIST_SOURCE
from latentcore.exceptions import LatentcoreError
from latentcore.store import load_bundle, models_folder, scan_bundles
from latentcore.studies import read_study

ROOT = Path(__file__).parents[2]
ID = "digits/pca-d2"
PATIENCE = 900.0
SLOW_DISK = "import os, time\nsync = os.fsync\nos.fsync = lambda n: (time.sleep(2), sync(n))\n"
"""Makes the moment of writing long enough to be hit."""
COMMAND = "from latentcore.cli import main\nmain()"


def start(code: str, *arguments: str, models: Path, data: Path | None = None) -> subprocess.Popen[str]:
    """Run the command line in a process of its own, with other folders."""
    environment = os.environ | {"LATENTCORE_MODELS": str(models), "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
    if data is not None:
        environment["LATENTCORE_DATA"] = str(data)
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        env=environment,
        text=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def last_line(process: subprocess.Popen[str]) -> str:
    """Wait for a process and return what it said last; a traceback is a failure of this script."""
    said = process.communicate(timeout=PATIENCE)[1]
    assert "Traceback" not in said, said
    lines = [line for line in said.splitlines() if line.strip()]
    return lines[-1] if lines else f"exit code {process.returncode}"


def kill_when(process: subprocess.Popen[str], there: Callable[[], bool]) -> str:
    """Kill a process as soon as something is there."""
    deadline = time.monotonic() + PATIENCE
    while not there():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"it ended before it could be killed: {last_line(process)}")
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    return "the shell says “Killed”"


def state_of(models: Path) -> str:
    """Return in words what stands, or fail where it does not load."""
    specs, problems = scan_bundles(models)
    assert not problems, problems
    for spec in specs:
        load_bundle(spec.id, models)
    drafts = sum(1 for _ in models.glob("*/_draft-*")) + sum(1 for _ in models.glob("*/_studies/_draft-*"))
    return f"{len(specs)} whole bundles, {drafts} ignored drafts"


def killed_training(folder: Path) -> tuple[str, str]:
    """Kill a training while its bundle is written, then train again."""
    process = start(SLOW_DISK + COMMAND, *["train", "digits", "pca", "--latent-dim", "3"], models=folder)
    seen = kill_when(process, lambda: any(folder.glob("digits/_draft-*/config.json")))
    stands = state_of(folder)
    last_line(start(COMMAND, *["train", "digits", "pca", "--latent-dim", "3"], models=folder))
    return seen, f"{stands}; once trained again: {state_of(folder)}"


def killed_recording(folder: Path) -> tuple[str, str]:
    """Kill `evaluate --record` while the scores are written."""
    before = load_bundle(ID, folder).metrics
    process = start(SLOW_DISK + COMMAND, "evaluate", ID, "--record", models=folder)
    seen = kill_when(process, lambda: any(folder.glob("digits/_draft-*/config.json")))
    assert load_bundle(ID, folder).metrics == before
    return seen, f"the former scores; {state_of(folder)}"


def killed_study(folder: Path) -> tuple[str, str]:
    """Kill a study while its result is written."""
    process = start(SLOW_DISK + COMMAND, "study", "real", "digits", models=folder)
    seen = kill_when(process, lambda: any(folder.glob("digits/_studies/_draft-real-*.json")))
    assert read_study("digits", "real", folder) is None
    return seen, f"no result, as before; {state_of(folder)}"


class Trickle(http.server.BaseHTTPRequestHandler):
    """A mirror that sends a file in small pieces."""

    content = gzip.compress(os.urandom(2**20))

    def do_HEAD(self) -> None:
        """Say how long the file is."""
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.content)))
        self.end_headers()

    def do_GET(self) -> None:
        """Send the file slowly."""
        self.do_HEAD()
        for at in range(0, len(self.content), 2**14):
            try:
                self.wfile.write(self.content[at : at + 2**14])
            except OSError:
                return
            time.sleep(0.1)

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


def killed_download(folder: Path) -> tuple[str, str]:
    """Kill a download in its middle."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Trickle)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    mirrors = (
        "from latentcore.datasets.torchvision_import import torchvision_datasets as sets\n"
        f"sets().MNIST.mirrors = ['http://127.0.0.1:{server.server_port}/']\n"
    )
    data = folder / "data"
    process = start(mirrors + COMMAND, "fetch", "mnist", models=folder, data=data)
    seen = kill_when(process, lambda: any(file.stat().st_size for file in data.glob("MNIST/_draft-*/*")))
    server.shutdown()
    assert not list((data / "MNIST" / "raw").iterdir())
    said = last_line(start(COMMAND, "evaluate", "mnist/pca-d2", models=models_folder(), data=data))
    return seen, f"no file of the dataset; next command: “{said[:60]}…”"


def no_network(folder: Path) -> tuple[str, str]:
    """Fetch a dataset where no mirror answers."""
    mirrors = (
        "from latentcore.datasets.torchvision_import import torchvision_datasets as sets\n"
        "sets().MNIST.mirrors = ['http://127.0.0.1:9/']\n"
    )
    data = folder / "data"
    said = last_line(start(mirrors + COMMAND, "fetch", "mnist", models=folder, data=data))
    assert not list((data / "MNIST" / "raw").iterdir())
    return said, "no file of the dataset"


def replaced_dataset(folder: Path) -> tuple[str, str]:
    """Read a dataset of which a file was replaced by another."""
    raw = folder / "data" / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name in MNIST_SOURCE.sha256:
        (raw / name).write_bytes(b"another file")
    command = ("evaluate", "mnist/pca-d2")
    said = last_line(start(COMMAND, *command, models=models_folder(), data=folder / "data"))
    return said, "the file, untouched"


@contextmanager
def mounted(folder: Path, *options: str) -> Iterator[None]:
    """Mount something on a folder while the block runs; `PermissionError` without the right to."""
    if subprocess.run(["mount", *options, str(folder)], capture_output=True, check=False).returncode:
        raise PermissionError
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def full_disk(folder: Path) -> tuple[str, str]:
    """Train into a disk that is too small."""
    small = folder / "small"
    small.mkdir()
    with mounted(small, "-t", "tmpfs", "-o", "size=1m", "none"):
        said = last_line(start(COMMAND, *["train", "digits", "pca", "--latent-dim", "2"], models=small))
        return said, state_of(small)


def read_only(folder: Path) -> tuple[str, str]:
    """Record scores in a folder that is mounted read-only."""
    with mounted(folder, "--bind", "-o", "ro", str(folder)):
        said = last_line(start(COMMAND, "evaluate", ID, "--record", models=folder))
        return said, state_of(folder)


FAULTS: dict[str, Callable[[Path], tuple[str, str]]] = {
    "kill -9 in a training": killed_training,
    "kill -9 in evaluate --record": killed_recording,
    "kill -9 in a study": killed_study,
    "kill -9 in a download": killed_download,
    "full disk": full_disk,
    "read-only folder": read_only,
    "no network": no_network,
    "dataset file replaced": replaced_dataset,
}


def main() -> int:
    """Cause every fault, or those that are named; print the table."""
    failed = 0
    print("| fault | what the user sees | what stands afterwards |\n|---|---|---|")  # noqa: T201
    for name, cause in FAULTS.items():
        if sys.argv[1:] and not any(word in name for word in sys.argv[1:]):
            continue
        folder = Path(tempfile.mkdtemp())
        shutil.copytree(models_folder() / ID, folder / ID)
        try:
            seen, stands = cause(folder)
        except PermissionError:
            seen, stands = "left out: mounting is not permitted here", ""
        except (AssertionError, RuntimeError, LatentcoreError) as error:
            failed, seen, stands = 1, "FAILED", str(error)[-300:]
        seen, stands = (" ".join(text.replace(str(folder), "FOLDER").split()) for text in (seen, stands))
        print(f"| {name} | {seen} | {stands} |", flush=True)  # noqa: T201
        shutil.rmtree(folder, ignore_errors=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
