"""Bringing a model back: the bundle of an uploaded zip file becomes one of the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from dashboard.data.catalogue import bundle_title, store_bundle
from dashboard.data.ownership import find_dataset, session_token, stored_id
from dashboard.data.upload_rules import UploadRules, bundle_quota_problem
from dashboard.train.services.choices import free_name
from latentcore.exceptions import LatentcoreError
from latentcore.store import models_folder, packed_id
from latentcore.store.owners import public_name
from latentcore.store.zip_entries import MAX_ZIP_BYTES

MAX_MEGABYTES = MAX_ZIP_BYTES // 10**6


@dataclass(frozen=True)
class Brought:
    """What became of an uploaded model.

    Attributes
    ----------
    bundle_id : str
        Empty if it was not accepted.
    former_name : str
        The name in the zip file, if a model here has it already; else empty.
    problem : str
        One sentence on why it was not accepted.
    """

    bundle_id: str = ""
    former_name: str = ""
    problem: str = ""

    @property
    def title(self) -> str:
        """Display name of the model."""
        return bundle_title(self.bundle_id)

    @property
    def name(self) -> str:
        """The name of the model, as it is shown."""
        return public_name(self.bundle_id.partition("/")[2])


def bring_back(file: BinaryIO, n_bytes: int, rules: UploadRules) -> Brought:
    """Check an uploaded zip file and store its bundle, under a free name; every page shows it then.

    Where the server has visitors, the bundle is one of the current session.

    Parameters
    ----------
    file : binary file
    n_bytes : int
        Its size.
    rules : UploadRules
    """
    problem = bundle_quota_problem(rules, n_bytes)
    if problem is not None:
        return Brought(problem=problem)
    try:
        dataset, _, name = packed_id(file).partition("/")
        if rules.is_hosted and find_dataset(own := f"{dataset}-{session_token()}") is not None:
            dataset = own
        free = free_name(dataset, name)
        bundle_id = stored_id(dataset, free, of_session=rules.is_hosted)
        store_bundle(file, bundle_id)
    except LatentcoreError as error:
        folder = str(models_folder())
        return Brought(problem=str(error).replace(f"{folder}/", "").replace(folder, "The models folder"))
    except MemoryError:
        return Brought(problem="There is not enough memory here to check this model: try again in a minute.")
    return Brought(bundle_id, "" if free == name else name)
