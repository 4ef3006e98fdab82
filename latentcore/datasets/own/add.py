"""Adding an own dataset: read a source, make its images alike, split them, and store them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import numpy as np

from latentcore.atomic_files import temporary_folder
from latentcore.datasets.own.array_files import MAX_ARRAY_BYTES
from latentcore.datasets.own.classes import found_classes
from latentcore.datasets.own.collect import collected
from latentcore.datasets.own.entries import Problem, printable
from latentcore.datasets.own.items import Item
from latentcore.datasets.own.names import check_name, title_of
from latentcore.datasets.own.options import AddOptions
from latentcore.datasets.own.pictures import DEPTH_RANGE, Target, UnreadablePicture, fit_picture
from latentcore.datasets.own.split import assigned_splits, chosen_items
from latentcore.datasets.own.stored import (
    CONFIG_FILE,
    FORMAT_VERSION,
    LABELS_FILE,
    SPLITS,
    checksum,
    find_own,
    own_folder,
    pixels_file,
)
from latentcore.datasets.own.target import chosen_target
from latentcore.datasets.own.writer import SplitWriter
from latentcore.exceptions import DatasetError
from latentcore.types import UNLABELLED, PixelArray

CHUNK = 512
"""Images that are decoded before they are written."""
PROGRESS_STEP = 32
"""Progress is reported each time that so many images are done."""
N_THREADS = 2
MIN_TRAIN = 2

OnProgress = Callable[[int, int], None]
"""Receives the number of images done, and of all."""


@dataclass(frozen=True)
class Added:
    """What was added.

    Attributes
    ----------
    name : str
    image_shape : (int, int, int)
    classes : tuple of str
        Empty without labels.
    n_train, n_test : int
    problems : list of Problem
        Files that were left out.
    notes : list of str
        Sentences on what was decided and found.
    """

    name: str
    image_shape: tuple[int, int, int]
    classes: tuple[str, ...]
    n_train: int
    n_test: int
    problems: list[Problem]
    notes: list[str]


@dataclass(frozen=True)
class _Plan:
    """What is stored, and how."""

    name: str
    source: Path
    items: Sequence[Item]
    splits: Sequence[str]
    classes: tuple[str, ...]
    target: Target
    options: AddOptions
    too_bright: list[str] = field(default_factory=list)
    """Names of pictures with values above that which is white, filled while they are decoded."""


def add_dataset(
    name: str,
    source: Path,
    data_folder: Path,
    *,
    reserved: Mapping[str, str] = MappingProxyType({}),
    options: AddOptions | None = None,
    on_progress: OnProgress | None = None,
    owner: str | None = None,
    max_array_bytes: int = MAX_ARRAY_BYTES,
) -> Added:
    """Read a source of images and store it as a dataset.

    Parameters
    ----------
    name : str
        Small letters, digits, hyphens and underscores, beginning with a letter.
    source : Path
        A folder, a zip or tar archive, or an npy, npz, idx or Parquet file.
    data_folder : Path
        The dataset is stored in ``own/<name>`` below it.
    reserved : mapping of str to str
        Names that may not be taken; see `latentcore.spaces.taken_names.taken_from_datasets`.
    options : AddOptions, optional
    on_progress : callable, optional
    owner : str, optional
        Token of 16 hexadecimal digits: the dataset belongs to one session of a dashboard and is stored as
        ``<name>-<owner>``; see `latentcore.datasets.own.stored.list_own`.
    max_array_bytes : int
        Largest array that is read from an npy, npz, idx or Parquet file.

    Returns
    -------
    Added

    Raises
    ------
    DatasetError
        If the name is taken or unusable, or the source cannot be read, or holds no images; with
        ``options.strict`` also if one file cannot be used. Then nothing is stored.
    """
    options = options or AddOptions()
    stored_name = name if owner is None else f"{name}-{owner}"
    check_name(name, reserved)
    if find_own(data_folder, stored_name) is not None or (own_folder(data_folder) / stored_name).exists():
        raise DatasetError(f"There is a dataset {name!r} already; remove it first, or take another name.")
    with collected(source, options, max_array_bytes) as found:
        problems, notes = list(found.problems), list(found.notes)
        if options.strict and problems:
            raise DatasetError(str(problems[0]))
        items = chosen_items(found.items, options.limit, options.seed)
        if not items:
            raise DatasetError(f"{source} holds no pictures.{_first(problems)}")
        if len(items) < len(found.items):
            notes.append(f"{len(items):,} of {len(found.items):,} images are taken, at random.")
        classes, items = found_classes(items, problems, notes)
        target, splits = chosen_target(items, options, notes), assigned_splits(items, options, notes)
        plan = _Plan(stored_name, source, items, splits, classes, target, options)
        sizes = _store(plan, own_folder(data_folder), problems, notes, on_progress)
    return Added(stored_name, target.image_shape, classes, sizes["train"], sizes["test"], problems, notes)


def _store(
    plan: _Plan, parent: Path, problems: list[Problem], notes: list[str], on_progress: OnProgress | None
) -> dict[str, int]:
    """Write everything to a temporary folder and rename it; return the number of images of each split."""
    try:
        with temporary_folder(parent, plan.name) as draft:
            sizes = _write_images(draft, plan, problems, notes, on_progress)
            if not sum(sizes.values()):
                raise DatasetError(f"No picture of {plan.source} can be used.{_first(problems)}")
            if sizes["train"] < MIN_TRAIN or not sizes["test"]:
                raise DatasetError(
                    f"{plan.source} leaves {sizes['train']} train and {sizes['test']} test images; models "
                    f"need {MIN_TRAIN} to train on and 1 to test.{_first(problems)}"
                )
            _write_config(draft, plan, sizes, notes)
            draft.rename(parent / plan.name)
    except OSError as error:
        raise DatasetError(f"{parent / plan.name} cannot be written: {error.strerror or error}.") from error
    return sizes


def _write_images(
    draft: Path, plan: _Plan, problems: list[Problem], notes: list[str], on_progress: OnProgress | None
) -> dict[str, int]:
    """Write the pixels of both splits and their labels; return how many images each has."""
    numbers = {name: number for number, name in enumerate(plan.classes)}
    with ExitStack() as stack:
        files = {split: stack.enter_context((draft / pixels_file(split)).open("wb")) for split in SPLITS}
        writers = {split: SplitWriter(file) for split, file in files.items()}
        for done, (item, split, pixels) in enumerate(_decoded(plan), start=1):
            if isinstance(pixels, Problem):
                if plan.options.strict:
                    raise DatasetError(str(pixels))
                problems.append(pixels)
            else:
                writers[split].write(pixels, numbers[item.label] if item.label else UNLABELLED)
            if on_progress is not None and (done % PROGRESS_STEP == 0 or done == len(plan.items)):
                on_progress(done, len(plan.items))
    if plan.too_bright:
        n, first = len(plan.too_bright), plan.too_bright[0]
        who = "1 picture has" if n == 1 else f"{n:,} pictures have"
        above = f"values above {plan.target.max_deep:,}, which became white"
        notes.append(f"{who} {above}: {first}{'' if n == 1 else ' is one of them'}.")
    train = set(writers["train"].digests)
    repeated = sum(digest in train for digest in writers["test"].digests)
    if repeated:
        n_test = len(writers["test"].labels)
        notes.append(
            f"{repeated:,} of {n_test:,} test images are in train, too: scores on test are too good."
        )
    labels = {split: np.array(writers[split].labels, np.int64) for split in SPLITS}
    np.savez_compressed(draft / LABELS_FILE, train=labels["train"], test=labels["test"])
    return {split: len(labels[split]) for split in SPLITS}


def _decoded(plan: _Plan) -> Iterator[tuple[Item, str, PixelArray | Problem]]:
    """Yield each item with its pixels, or with the reason why it has none; a chunk is decoded at a time."""

    def decode(item: Item) -> PixelArray | Problem:
        try:
            picture = item.decode(plan.target)
            if picture.info.get(DEPTH_RANGE, (0, 0))[1] > plan.target.max_deep:
                plan.too_bright.append(item.name)
            return fit_picture(picture, plan.target)
        except UnreadablePicture as unreadable:
            return Problem(item.name, str(unreadable))

    with ThreadPoolExecutor(N_THREADS) as pool:
        for start in range(0, len(plan.items), CHUNK):
            part, splits = (every[start : start + CHUNK] for every in (plan.items, plan.splits))
            yield from zip(part, splits, pool.map(decode, part), strict=True)


def _write_config(draft: Path, plan: _Plan, sizes: Mapping[str, int], notes: Sequence[str]) -> None:
    files = [*(pixels_file(split) for split in SPLITS), LABELS_FILE]
    config = {
        "format_version": FORMAT_VERSION,
        "name": plan.name,
        "title": title_of(plan.name),
        "source": printable(plan.source.name),
        "image_shape": list(plan.target.image_shape),
        "classes": list(plan.classes),
        "sizes": sizes,
        "options": {**plan.options.facts(), "size": plan.target.size, "colour": plan.target.colour},
        "notes": list(notes),
        "files": {
            file: {"bytes": (draft / file).stat().st_size, "sha256": checksum(draft / file)} for file in files
        },
    }
    (draft / CONFIG_FILE).write_text(
        json.dumps(config, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )


def _first(problems: Sequence[Problem]) -> str:
    return f" The first problem: {problems[0]}" if problems else ""
