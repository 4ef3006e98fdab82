"""axe-core in Chromium: what on a page keeps people from using it."""

from __future__ import annotations

import json
import subprocess
import tarfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

VERSION = "4.14.1"
GRAVE = ("serious", "critical")


class RegistryUnreachable(RuntimeError):  # noqa: N818 - a state, with a way out
    """npm is not here or cannot fetch axe-core; the message says why."""


def fetch_axe(folder: Path) -> str:
    """Return the source of axe-core, fetched with npm into a folder."""
    package = f"axe-core@{VERSION}"
    command = ["npm", "pack", package, "--json", "--ignore-scripts", "--fetch-retries=0"]
    try:
        done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.SubprocessError) as error:
        raise RegistryUnreachable(f"npm cannot fetch {package}: {type(error).__name__}") from error
    with tarfile.open(folder / json.loads(done.stdout)[0]["filename"]) as archive:
        file = archive.extractfile("package/axe.min.js")
        assert file is not None
        return file.read().decode()


STILL_SCRIPT = """
(quiet) => new Promise((resolve) => {
  let timer
  const isRunning = () => document.querySelector('[data-test-script-state="running"]') !== null
  const observer = new MutationObserver(() => start())
  const end = () => { observer.disconnect(); clearTimeout(timer); resolve() }
  const start = () => {
    clearTimeout(timer)
    timer = setTimeout(() => isRunning() ? start() : end(), quiet)
  }
  observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true })
  setTimeout(end, 2500)
  start()
})
"""
"""Ends once nothing has been added to the page or changed on it for so many milliseconds; 2.5 s at most."""


def wait_until_still(page: Page) -> None:
    """Wait until the script has ended and the charts have been drawn."""
    # Before the server answers, nothing runs either.
    page.wait_for_selector('[data-testid="stElementContainer"]', state="attached", timeout=300_000)
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]', timeout=300_000)
    page.evaluate(STILL_SCRIPT, 700)


def grave_violations(page: Page, axe: str) -> dict[tuple[str, str], str]:
    """Return the serious and critical violations by rule and place: what is wrong, with the element."""
    page.evaluate(axe)
    found: dict[str, Any] = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    return {
        (violation["id"], " ".join(map(str, node["target"]))): f"{violation['help']}: {node['html'][:160]}"
        for violation in found["violations"]
        for node in violation["nodes"]
        if node["impact"] in GRAVE
    }
