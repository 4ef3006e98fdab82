"""Fetching ratings from a server."""

from __future__ import annotations

import io
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from latentcore.exceptions import SpaceError, UnknownNameError
from latentcore.recommendation import fetching
from latentcore.recommendation.factorising import FactoriseOptions
from latentcore.recommendation.fetching import SOURCES, RatingsSource, fetch_ratings, find_source
from latentcore.spaces import load_space
from tests.latentcore.recommendation.tables_of_ratings import rows_of


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Write nothing."""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, RatingsSource]]:
    """A folder that a local server sends, and a source with the address of its ``ratings.zip``."""
    folder = tmp_path / "served"
    folder.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/ratings.zip"
    yield folder, replace(SOURCES["movielens-100k"], address=address, n_ratings=270)
    server.shutdown()
    server.server_close()


def packed(prefix: str = "ml-100k/") -> bytes:
    rows = rows_of()
    films = "\n".join(f"{k}|Film {k} (1990)|||" + "|0" * 8 + "|1" + "|0" * 10 for k in range(1, 25))
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{prefix}u.data", "\n".join(f"{u}\t{i}\t{r:g}\t0" for u, i, r in rows))
        archive.writestr(f"{prefix}u.item", films)
        archive.writestr("../outside.txt", "x")
    return content.getvalue()


@pytest.mark.parametrize("prefix", ["ml-100k/", "../../"])
def test_ratings_are_fetched_unpacked_in_bounds_and_factorised(
    tmp_path: Path, served: tuple[Path, RatingsSource], prefix: str
) -> None:
    pytest.importorskip("implicit")
    folder, source = served
    (folder / "ratings.zip").write_bytes(packed(prefix))
    before = {path for path in tmp_path.rglob("*") if "spaces" not in path.parts}
    options = FactoriseOptions(latent_dim=2, plane="pca")
    made = fetch_ratings("films", source, tmp_path / "spaces", options=options)
    space = load_space(made.id, tmp_path / "spaces")
    assert space.spec.collection.title == "MovieLens 100K"
    assert space.spec.collection.config["licence"] == source.licence
    assert space.items.names(space.test.indices[:1])[0].startswith("Film ")
    assert {path for path in tmp_path.rglob("*") if "spaces" not in path.parts} == before


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<html>moved</html>", "no readable zip file"),
        (packed()[:-400], "no readable zip file"),
        (packed().replace(b"u.item", b"u.none"), "holds no u.item"),
    ],
)
def test_what_is_not_the_table_is_refused_and_nothing_is_stored(
    tmp_path: Path, served: tuple[Path, RatingsSource], content: bytes, message: str
) -> None:
    folder, source = served
    (folder / "ratings.zip").write_bytes(content)
    with pytest.raises(SpaceError, match=message):
        fetch_ratings("films", source, tmp_path / "spaces")
    assert not (tmp_path / "spaces").exists()


def test_another_number_of_ratings_too_many_bytes_and_no_server_are_refused(
    tmp_path: Path, served: tuple[Path, RatingsSource], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, source = served
    (folder / "ratings.zip").write_bytes(packed())
    with pytest.raises(SpaceError, match="has 100,000 ratings, but 270 arrived"):
        fetch_ratings("films", replace(source, n_ratings=100_000), tmp_path)
    with pytest.raises(SpaceError, match="cannot be downloaded .*not found"):
        fetch_ratings("films", replace(source, address=source.address + ".old"), tmp_path)
    with pytest.raises(SpaceError, match="begins with http"):
        fetch_ratings("films", replace(source, address=(folder / "ratings.zip").as_uri()), tmp_path)
    monkeypatch.setattr(fetching, "MAX_MEMBER_BYTES", 10)
    with pytest.raises(SpaceError, match="u.data is larger than expected"):
        fetch_ratings("films", source, tmp_path)
    monkeypatch.setattr(fetching, "MAX_BYTES", 100)
    with pytest.raises(SpaceError, match="sends more than"):
        fetch_ratings("films", source, tmp_path)


def test_only_known_sources_can_be_fetched() -> None:
    assert find_source("movielens-100k").n_ratings == 100_000
    with pytest.raises(UnknownNameError, match="There is: movielens-100k"):
        find_source("netflix")
