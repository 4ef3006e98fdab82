"""What studies need of a dataset: labels, numbers of images, and numbers of images per class."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from latentcore.datasets import DATASETS
from latentcore.datasets.own.stored import OwnDataset, find_own
from latentcore.datasets.torchvision_sets import data_folder
from latentcore.exceptions import DatasetError


@dataclass(frozen=True, kw_only=True)
class Requirements:
    """What a study needs of a dataset.

    Attributes
    ----------
    n_train, n_test : int
        Images of each split.
    train_per_class, test_per_class : int
        Images of the rarest class in each split; if not 0, the images must have labels.
    n_classes : int
        Classes, where labels are needed.
    """

    n_train: int = 3
    n_test: int = 2
    train_per_class: int = 0
    test_per_class: int = 0
    n_classes: int = 2

    def missing(self, dataset: str) -> str | None:
        """Return what an own dataset lacks, the end of a sentence that begins "needs", or None.

        The datasets of the library have everything.
        """
        own = None if dataset in DATASETS else find_own(data_folder(), dataset)
        if own is None:
            return None
        for split, least in (("train", self.n_train), ("test", self.n_test)):
            if own.size(split) < least:
                return f"at least {least} {split} images; {dataset} has {own.size(split)}"
        return self._missing_labels(own) if self.train_per_class or self.test_per_class else None

    def _missing_labels(self, own: OwnDataset) -> str | None:
        if not own.classes:
            return f"labels; the images of {own.name} have none"
        if len(own.classes) < self.n_classes:
            return f"at least {self.n_classes} classes; {own.name} has one"
        for split, least in (("train", self.train_per_class), ("test", self.test_per_class)):
            counts = np.bincount(own.labels(split), minlength=len(own.classes))
            rarest = int(counts.argmin())
            if counts[rarest] < least:
                images = "image" if least == 1 else "images"
                return (
                    f"at least {least} {split} {images} of each class; class “{own.classes[rarest]}” of "
                    f"{own.name} has {counts[rarest]}"
                )
        return None


ANY_DATASET = Requirements()


def check_requirements(study: str, requirements: Requirements, dataset: str) -> None:
    """Raise `DatasetError` with one sentence if a dataset lacks something that a study needs."""
    if (lack := requirements.missing(dataset)) is not None:
        raise DatasetError(f"The {study} study needs {lack}.")
