"""What the README says is what the bundles hold."""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks.scores import report

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def test_the_scores_are_those_of_the_bundles():
    shown = README.split("tests.benchmarks.scores -->")[1].split("<!-- end of scores")[0]
    assert shown.strip() == report().strip()
