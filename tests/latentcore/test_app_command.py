"""`latentcore app`: the dashboard from any folder."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request

import pytest


def test_the_dashboard_starts_from_any_folder(tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--server.port", str(port), "--server.headless", "true", "--server.address", "127.0.0.1"]
    command = [sys.executable, "-c", "from latentcore.cli import main; main()", "app", *options]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as server:
        try:
            assert answers(f"http://127.0.0.1:{port}/_stcore/health")
        finally:
            server.terminate()
            server.wait(20)


def answers(url: str) -> bool:
    for _ in range(120):
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            time.sleep(0.5)
    pytest.fail("the server does not answer")
