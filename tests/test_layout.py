"""The layout of the house: size of modules and folders."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted(path for package in ("latentcore", "dashboard") for path in (ROOT / package).rglob("*.py"))
MAX_LINES, MAX_MODULES = 250, 20


def test_no_module_is_longer_than_250_lines():
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in MODULES}
    assert {name: length for name, length in lengths.items() if length > MAX_LINES} == {}


@pytest.mark.parametrize("package", ["latentcore", "dashboard"])
def test_no_folder_holds_more_than_20_modules(package):
    folders = {path.parent for path in MODULES if path.is_relative_to(ROOT / package)}
    assert len(folders) > 5
    sizes = {folder: sum(path.name != "__init__.py" for path in folder.glob("*.py")) for folder in folders}
    assert {str(folder.relative_to(ROOT)): n for folder, n in sizes.items() if n > MAX_MODULES} == {}
