"""The commands that make spaces of ratings and texts, from end to end."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from latentcore import list_spaces
from latentcore.cli import main
from tests.latentcore.recommendation.tables_of_ratings import rows_of, write_csv

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    monkeypatch.setenv("LATENTCORE_DATA", str(tmp_path / "data"))

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["latentcore", "space", *arguments])
        with pytest.raises(SystemExit) as left:
            main()
        out, err = capsys.readouterr()
        return int(left.value.code or 0), out, err

    return call


def _ids() -> list[str]:
    return [spec.id for spec in list_spaces() if spec.id.startswith(("films/", "notes/"))]


def test_ratings_are_factorised_once(run: Run, tmp_path: Path) -> None:
    pytest.importorskip("implicit")
    arguments = ("--name", "films", "--latent-dim", "2", "--plane", "pca")
    code, out, _ = run("factorise", str(write_csv(tmp_path, rows_of())), *arguments)
    assert code == 0
    assert "270 ratings of 24 items by 30 users." in out
    assert "the most popular" in out
    assert "Added films/als-d2" in out
    assert _ids() == ["films/als-d2"]
    code, _, err = run("factorise", str(tmp_path), *arguments)
    assert code == 2
    assert "There is a space 'films' already" in err
    code, _, err = run("factorise", str(tmp_path / "none.csv"), "--name", "others")
    assert code == 2
    assert "There is no " in err


def test_texts_are_embedded_and_a_collection_gets_one_more_space(run: Run, tmp_path: Path) -> None:
    pytest.importorskip("wordllama")
    path = tmp_path / "notes.csv"
    path.write_text("id,body\n" + "".join(f"{k},text {'of a ship' * k}\n" for k in range(1, 12)))
    code, out, _ = run("embed", str(path), "--text", "body", "--encoder", "tfidf", "--plane", "pca")
    assert code == 0
    assert "notes/tfidf: 11 texts" in out
    code, out, _ = run("embed", "notes", "--text", "body", "--plane", "pca")
    assert code == 0
    assert "notes/wordllama: 11 texts of 256 dimensions" in out
    assert _ids() == ["notes/tfidf", "notes/wordllama"]
    code, _, err = run("embed", str(tmp_path / "none.csv"), "--text", "body", "--encoder", "tfidf")
    assert code == 2
    assert "There is no " in err


def test_unknown_names_are_refused(run: Run) -> None:
    assert "There is: movielens-100k" in run("fetch", "netflix")[2]
    assert "There is: numbers" in run("make", "letters")[2]
