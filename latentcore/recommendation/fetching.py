"""Fetching published tables of ratings whose licence forbids to ship them, and factorising them."""

from __future__ import annotations

import http.client
import tempfile
import urllib.request
import zipfile
import zlib
from dataclasses import dataclass, replace
from pathlib import Path

from latentcore.exceptions import SpaceError, UnknownNameError
from latentcore.recommendation.factorising import Factorised, FactoriseOptions, factorise
from latentcore.recommendation.reading import read_ratings
from latentcore.spaces.building import OnStage

MAX_BYTES, MAX_MEMBER_BYTES = 20 * 2**20, 50 * 2**20
"""Of a download, and of one file in it."""
TIMEOUT_SECONDS = 30
BLOCK = 2**16


@dataclass(frozen=True, kw_only=True)
class RatingsSource:
    """A published table of ratings.

    Attributes
    ----------
    title : str
    address : str
        Of a zip file.
    members : tuple of str
        Names of the files that are used, in any folder of the zip.
    n_ratings : int
    licence : str
    """

    title: str
    address: str
    members: tuple[str, ...]
    n_ratings: int
    licence: str


SOURCES = {
    "movielens-100k": RatingsSource(
        title="MovieLens 100K",
        address="https://files.grouplens.org/datasets/movielens/ml-100k.zip",
        members=("u.data", "u.item"),
        n_ratings=100_000,
        licence="GroupLens' terms of use: research, no redistribution without permission",
    ),
}


def find_source(name: str) -> RatingsSource:
    """Return the source of a name; raise `UnknownNameError` if there is none."""
    if name not in SOURCES:
        raise UnknownNameError(f"No ratings {name[:80]!r} can be fetched. There is: {', '.join(SOURCES)}.")
    return SOURCES[name]


def fetch_ratings(
    name: str,
    source: RatingsSource,
    root: Path | None = None,
    *,
    options: FactoriseOptions | None = None,
    on_stage: OnStage | None = None,
) -> Factorised:
    """Download ratings, check them, and store their items' factors as a space.

    Parameters
    ----------
    name : str
        Of the collection.
    source : RatingsSource
    root : Path, optional
        Folder of collections; the user's by default.
    options : FactoriseOptions, optional
    on_stage : callable, optional

    Raises
    ------
    SpaceError
        If the network fails, or what arrives is not what was expected; then nothing is stored.
    """
    report: OnStage = on_stage or (lambda *_: None)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        packed = folder / "download.zip"
        _download(source, packed, report)
        _unpack(source, packed, folder)
        ratings = read_ratings(folder)
        if len(ratings) != source.n_ratings:
            raise SpaceError(
                f"{source.title} has {source.n_ratings:,} ratings, but {len(ratings):,} arrived from "
                f"{source.address}."
            )
        chosen = replace(
            options or FactoriseOptions(), title=source.title, source=source.address, licence=source.licence
        )
        return factorise(name, ratings, root, options=chosen, source=folder, on_stage=on_stage)


def _download(source: RatingsSource, path: Path, report: OnStage) -> None:
    if not source.address.startswith(("http://", "https://")):
        raise SpaceError(f"{source.address[:200]!r} is no address: it begins with http:// or https://.")
    try:
        with (
            urllib.request.urlopen(source.address, timeout=TIMEOUT_SECONDS) as answer,  # noqa: S310 - checked
            path.open("wb") as file,
        ):
            stated = int(answer.headers.get("Content-Length") or 0)
            received = 0
            while block := answer.read(BLOCK):
                received += len(block)
                if max(received, stated) > MAX_BYTES:
                    raise SpaceError(f"{source.address} sends more than {MAX_BYTES // 2**20} MB; not taken.")
                file.write(block)
                report("download", received, stated or None)
    except (OSError, http.client.HTTPException, ValueError) as error:
        cause = getattr(error, "reason", None) or error
        raise SpaceError(
            f"{source.title} cannot be downloaded from {source.address} ({cause}). Check the network, or "
            "download it by hand, unpack it, and run: latentcore space factorise FOLDER --name NAME"
        ) from error
    if stated and received != stated:
        raise SpaceError(f"{source.title}: {received:,} of {stated:,} bytes arrived. Try again.")


def _unpack(source: RatingsSource, packed: Path, folder: Path) -> None:
    """Write the files that are used into a folder, under their plain names, whatever the zip calls them."""
    try:
        with zipfile.ZipFile(packed) as archive:
            for wanted in source.members:
                found = [one for one in archive.infolist() if Path(one.filename).name == wanted]
                if not found:
                    raise SpaceError(f"{source.address} holds no {wanted}.")
                with archive.open(found[0]) as file:
                    content = file.read(MAX_MEMBER_BYTES + 1)
                if len(content) > MAX_MEMBER_BYTES:
                    raise SpaceError(f"{source.address}: {wanted} is larger than expected; not unpacked.")
                (folder / wanted).write_bytes(content)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error) as error:
        raise SpaceError(f"{source.address} sends no readable zip file: {str(error)[:100]}.") from error
