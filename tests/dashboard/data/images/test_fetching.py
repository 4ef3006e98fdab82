"""Datasets that the server fetches: after its start, or when somebody asks; from a mirror on this machine."""

from __future__ import annotations

import gzip
import hashlib
import http.server
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import streamlit as st
from streamlit import config
from streamlit.runtime.secrets import Secrets

from dashboard.data.images import fetching
from dashboard.data.images.fetching import enter_wanted, fetch_in_turn, fetching_of, start_fetching
from latentcore.datasets import DATASETS
from latentcore.datasets.torchvision_download import fetch
from latentcore.datasets.torchvision_files import is_present
from latentcore.datasets.torchvision_import import torchvision_datasets
from latentcore.datasets.torchvision_sets import FASHION_SOURCE, MNIST_SOURCE

ROOT = Path(__file__).parents[4]
FILES = {name: (name * 500).encode() for name in MNIST_SOURCE.sha256}
PACKED = {f"{name}.gz": gzip.compress(content, mtime=0) for name, content in FILES.items()}
SUMS = {name: hashlib.sha256(content).hexdigest() for name, content in FILES.items()}
REQUESTS = 2 * len(FILES)
"""Of one whole download: torchvision asks twice for each file, once to find where it lies."""
PATIENCE = 20


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves small files under the names of the real ones, and notes what is asked for.

    Attributes
    ----------
    asked : list of str
        Paths of the files that were sent, in order.
    cut : str
        Files whose path has this in it break off in their middle.
    gate : Event
        Nothing is sent while it is not set.
    """

    asked: list[str]
    cut: str
    gate: threading.Event

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self._answer(with_body=True)

    def _answer(self, *, with_body: bool) -> None:
        content = PACKED[self.path.rpartition("/")[2]]
        self.gate.wait(PATIENCE)
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if with_body:
            broken = self.cut and self.cut in self.path
            self.wfile.write(content[: len(content) // 2] if broken else content)

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


@pytest.fixture
def mirror(monkeypatch, tmp_path) -> Iterator[type[Handler]]:
    """A server of this machine that torchvision takes for the only mirror of both datasets."""
    Handler.asked, Handler.cut, Handler.gate = [], "", threading.Event()
    Handler.gate.set()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for source in (MNIST_SOURCE, FASHION_SOURCE):
        official = getattr(torchvision_datasets(), source.folder)
        address = f"http://127.0.0.1:{server.server_port}/{source.name}/"
        monkeypatch.setattr(official, "mirrors", [address])
        sums = [(name, hashlib.md5(content).hexdigest()) for name, content in PACKED.items()]
        monkeypatch.setattr(official, "resources", sums)
        small = replace(source, sha256=SUMS, download_bytes=sum(map(len, PACKED.values())))
        spec = replace(
            DATASETS[source.name],
            is_present=partial(is_present, small),
            fetch=partial(fetch, small),
        )
        monkeypatch.setitem(DATASETS, source.name, spec)
    monkeypatch.setenv("LATENTCORE_DATA", str(tmp_path / "data"))
    yield Handler
    Handler.gate.set()
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def log(monkeypatch, caplog):
    """A server that has just started, without secrets; what it logs."""
    monkeypatch.setattr(fetching, "_downloads", fetching._Downloads())
    monkeypatch.delenv(fetching.WANTED, raising=False)
    monkeypatch.setattr(st, "secrets", Secrets())
    fetching._log.addHandler(caplog.handler)
    yield lambda: [record.getMessage() for record in caplog.records if record.name == fetching._log.name]
    fetching._log.removeHandler(caplog.handler)


def fetch_wanted() -> None:
    """Do what the server does after its start."""
    fetch_in_turn(enter_wanted())


def wait_for(dataset: str) -> fetching.Fetching:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = fetching_of(dataset)
        if found is not None and found.finished:
            return found
        time.sleep(0.01)
    raise AssertionError("the download does not end")


def lie_under(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_what_the_host_names_is_fetched_one_after_the_other(mirror, monkeypatch, tmp_path, log):
    monkeypatch.setenv(fetching.WANTED, " fashion_mnist , mnist,,fashion_mnist,digits,shapes ")
    fetch_wanted()
    assert lie_under(tmp_path / "data") == sorted(
        f"{folder}/raw/{name}" for folder in ("MNIST", "FashionMNIST") for name in FILES
    )
    assert [path.split("/")[1] for path in mirror.asked] == ["fashion_mnist"] * REQUESTS + [
        "mnist"
    ] * REQUESTS
    assert log() == ["Fashion-MNIST is here.", "MNIST is here."]


def test_what_is_here_is_not_fetched_again(mirror, monkeypatch, tmp_path, log):
    monkeypatch.setenv(fetching.WANTED, "mnist")
    fetch_wanted()
    mirror.asked.clear()
    assert enter_wanted() == {}
    start_fetching("mnist")
    fetch_wanted()
    assert mirror.asked == []
    assert log() == ["MNIST is here."]


def test_each_waits_for_its_turn_and_pages_can_tell(mirror, monkeypatch):
    monkeypatch.setenv(fetching.WANTED, "mnist,fashion_mnist")
    mirror.gate.clear()
    waiting = enter_wanted()
    assert list(waiting) == ["mnist", "fashion_mnist"]
    assert not any(one.started or one.finished for one in waiting.values())
    server = threading.Thread(target=fetch_in_turn, args=(waiting,))
    server.start()
    while not waiting["mnist"].started:
        time.sleep(0.01)
    start_fetching("fashion_mnist")  # somebody presses a button that an old page still shows
    assert fetching_of("fashion_mnist") is waiting["fashion_mnist"]
    assert not waiting["fashion_mnist"].started
    mirror.gate.set()
    server.join(PATIENCE)
    assert all(one.finished and one.problem is None and one.share == 1 for one in waiting.values())
    assert len(mirror.asked) == 2 * REQUESTS


def test_a_fetch_that_breaks_off_leaves_nothing_is_logged_once_and_can_be_begun_again(
    mirror, monkeypatch, tmp_path, log
):
    monkeypatch.setenv(fetching.WANTED, "mnist,fashion_mnist")
    mirror.cut = "/mnist/t10k-images"
    fetch_wanted()
    said = log()
    assert len(said) == 2
    assert said[0].startswith("MNIST cannot be downloaded")
    assert "\n" not in said[0]
    assert said[1] == "Fashion-MNIST is here."
    assert fetching_of("mnist").problem == said[0]
    assert not lie_under(tmp_path / "data" / "MNIST")
    mirror.cut = ""
    start_fetching("mnist")
    assert wait_for("mnist").problem is None
    assert DATASETS["mnist"].is_present()


def test_a_folder_that_cannot_be_written_is_one_sentence(mirror, monkeypatch, tmp_path, log):
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("LATENTCORE_DATA", str(tmp_path / "file"))
    monkeypatch.setenv(fetching.WANTED, "mnist")
    fetch_wanted()
    (said,) = log()
    assert "cannot be written" in said


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_unforeseen_fault_does_not_keep_the_others_from_being_fetched(mirror, monkeypatch, log):
    def fail(_: object) -> Path:
        raise ZeroDivisionError

    monkeypatch.setitem(DATASETS, "mnist", replace(DATASETS["mnist"], fetch=fail))
    monkeypatch.setenv(fetching.WANTED, "mnist,fashion_mnist")
    fetch_wanted()
    assert fetching_of("mnist").problem == "MNIST could not be fetched; the server's log says why."
    assert fetching_of("mnist").finished
    assert log() == ["Fashion-MNIST is here."]


def test_an_unknown_name_is_one_sentence_and_the_others_are_fetched(mirror, monkeypatch, log):
    monkeypatch.setenv(fetching.WANTED, "letters,mnist")
    fetch_wanted()
    known = "mnist, fashion_mnist, shapes, rooms, digits"
    unknown = f"LATENTCORE_FETCH names 'letters', which is no dataset; there is {known}."
    assert log() == [unknown, "MNIST is here."]


def secrets(monkeypatch: pytest.MonkeyPatch, path: Path, text: str) -> None:
    """Let Streamlit find its secrets in a file."""
    path.write_text(text)
    monkeypatch.setattr(Secrets, "_maybe_install_file_watchers", lambda _: None)
    monkeypatch.setattr(config, "get_option", lambda _: [str(path)])
    monkeypatch.setenv(fetching.WANTED, "")  # Streamlit copies secrets into the environment: put it back
    monkeypatch.delenv(fetching.WANTED)


def test_secrets_name_datasets_too(mirror, monkeypatch, tmp_path, log):
    secrets(monkeypatch, tmp_path / "secrets.toml", 'LATENTCORE_FETCH = "mnist"\n')
    fetch_wanted()
    assert log() == ["MNIST is here."]


@pytest.mark.parametrize("text", ['LATENTCORE_FETCH = ["mnist"]\n', "LATENTCORE_FETCH = 3.5\n"])
def test_secrets_of_another_type_are_one_sentence(mirror, monkeypatch, tmp_path, log, text):
    secrets(monkeypatch, tmp_path / "secrets.toml", text)
    fetch_wanted()
    (said,) = log()
    assert "LATENTCORE_FETCH" in said
    assert not mirror.asked


@pytest.mark.parametrize("text", [None, "", "OTHER = 1\n", "no toml at all ["])
def test_without_such_a_secret_nothing_is_fetched_or_said(monkeypatch, tmp_path, log, capfd, text):
    if text is not None:
        secrets(monkeypatch, tmp_path / "secrets.toml", text)
    fetch_wanted()
    assert log() == []
    assert "ecret" not in "".join(capfd.readouterr())


def test_many_who_press_at_once_begin_one_download(mirror):
    mirror.gate.clear()
    together = threading.Barrier(8)

    def press() -> None:
        together.wait(PATIENCE)
        start_fetching("mnist")

    sessions = [threading.Thread(target=press) for _ in range(8)]
    for session in sessions:
        session.start()
    for session in sessions:
        session.join(PATIENCE)
    mirror.gate.set()
    assert wait_for("mnist").problem is None
    assert len(mirror.asked) == REQUESTS


def test_clearing_caches_forgets_no_download(mirror):
    mirror.gate.clear()
    start_fetching("mnist")
    begun = fetching_of("mnist")
    st.cache_resource.clear()
    st.cache_data.clear()
    start_fetching("mnist")
    assert fetching_of("mnist") is begun
    mirror.gate.set()
    assert wait_for("mnist") is begun
    assert len(mirror.asked) == REQUESTS


def test_the_server_says_one_line_about_each_fault_when_it_starts(tmp_path):
    """A process of its own: imports, secrets and log as the server has them, and no mirror that answers."""
    code = (
        "from latentcore.datasets.torchvision_import import torchvision_datasets as sets\n"
        "sets().MNIST.mirrors = ['http://127.0.0.1:9/']\n"
        "from dashboard.server import warm_up\n"
        "warm_up._fill_caches = lambda: None\n"
        "warm_up._prepare_all()\n"
        "import threading\n"
        "[one.join() for one in threading.enumerate() if one.name == 'fetch']\n"
    )
    wanted = {fetching.WANTED: "letters,mnist,digits", "LATENTCORE_DATA": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | wanted,
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [line for line in done.stderr.splitlines() if "streamlit." not in line]
    assert len(lines) == 2, done.stderr
    assert "names 'letters', which is no dataset" in lines[0]
    assert "MNIST cannot be downloaded" in lines[1]
    assert not lie_under(tmp_path)
