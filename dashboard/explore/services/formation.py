"""How a bundle's latent space formed, as data for the player in the browser."""

from __future__ import annotations

import base64
from typing import Any, TypeAlias

import numpy as np
import streamlit as st

from dashboard.data.catalogue import BY_CONTENT, Bundle
from dashboard.data.images.grids import grid_uri
from dashboard.data.images.originals import original_images
from dashboard.data.images.pixels import data_uri
from latentcore.exceptions import BundleError
from latentcore.store import Formation, read_formation

PlayerData: TypeAlias = dict[str, Any]
"""JSON values; see `player_data`."""

UNIT = 16_000
"""Half the side of the map in the units of the places that are sent."""
MOST_OUTSIDE = 1
"""Percent of the points per side that need not be in the frame."""
MARGIN = 1.08
MOST_LOSSES = 3
"""The VAE's sum is left out where there are more."""
LOSSES = {"kl": "KL divergence"}
"""Names of losses where they differ from those of the record."""
PHASES = {"adversarial": "Generator", "inversion": "Inversion network"}
WHY_NO_MAP = (
    "No map yet: a GAN has no encoder of its own.",
    "Generator and critic are trained first; then an",
    "inversion network learns to find the code of an image.",
)


@st.cache_resource(max_entries=6, show_spinner=False, hash_funcs=BY_CONTENT)
def player_data(bundle: Bundle, colours: tuple[str, ...], ground: str, *, names_shown: bool) -> PlayerData:
    """Return what the player shows.

    Parameters
    ----------
    bundle : Bundle
        With a recorded formation.
    colours : tuple of str
        Of its groups.
    ground : str
        Colour of the page, for the halo of names.
    names_shown : bool
        Whether the groups are named on the map.

    Raises
    ------
    BundleError
        If the record is damaged.
    """
    formation = read_formation(bundle.spec, bundle.image_shape, len(bundle.test))
    if formation is None:
        raise BundleError(f"It was not recorded how {bundle.title} formed.")
    _, height, width = bundle.image_shape
    labels = bundle.test_groups[formation.rows]
    return {
        "token": f"{bundle.checksums} {ground}",
        "label": f"Map of {len(labels)} test images while {bundle.title} is trained",
        "times": [float(time) for time in formation.times],
        "has_places": [bool(has) for has in formation.has_places],
        "places": base64.b64encode(_framed(formation).tobytes()).decode(),
        "unit": UNIT,
        "n_points": len(labels),
        "labels": [int(label) for label in labels],
        "classes": [list(pair) for pair in zip(bundle.groups, colours, strict=True)],
        "names_shown": names_shown,
        "ground": ground,
        "sheet": data_uri(formation.sheet, "image/webp"),
        "cell": [width, height],
        "n_images": len(formation.image_rows),
        "strips": _strips(bundle, formation),
        "losses": _losses(formation),
        "phases": _phases(formation),
        "n_epochs": len(formation.history),
        "why_no_map": list(WHY_NO_MAP),
        "is_second_run": formation.is_second_run,
    }


def _framed(formation: Formation) -> np.ndarray:
    """Return the places as int16, `UNIT` at the edge of a square that holds nearly all of all moments."""
    seen = formation.places[formation.has_places].reshape(-1, 2)
    if not len(seen):
        return np.zeros(formation.places.shape, np.int16)
    low, high = np.percentile(seen, [MOST_OUTSIDE, 100 - MOST_OUTSIDE], axis=0)
    half = max(float((high - low).max()) / 2 * MARGIN, 1e-9)
    framed = (formation.places - (low + high) / 2) / half * UNIT
    return np.asarray(np.rint(np.clip(framed, -32_000, 32_000)), np.int16)


def _strips(bundle: Bundle, formation: Formation) -> list[list[Any]]:
    """Return title, picture or None, and offset in the sheet of each strip of images."""
    n = len(formation.image_rows)
    strips: list[list[Any]] = [
        ["Their reconstructions", None, 0],
        [f"Samples: decodes of {n} fixed codes", None, 1],
    ]
    indices = bundle.test.indices[formation.image_rows]
    originals = original_images(bundle.spec.dataset, "test", indices)
    if originals is None:
        strips[0][0] = f"Reconstructions of {n} test images"
        return strips
    return [[f"{n} test images", grid_uri(originals, n), 0], *strips]


def _losses(formation: Formation) -> list[dict[str, Any]]:
    """Return the losses, each with the epochs in which it was measured, all phases together."""
    found: dict[str, dict[str, Any]] = {}
    for number, entry in enumerate(formation.history, 1):
        for name, value in entry["losses"].items():
            words = LOSSES.get(name, name.replace("_", " "))
            loss = found.setdefault(words, {"name": words, "epochs": [], "values": []})
            loss["epochs"].append(number)
            loss["values"].append(value)
    losses = list(found.values())
    return [loss for loss in losses if len(losses) <= MOST_LOSSES - 1 or loss["name"] != "loss"][:MOST_LOSSES]


def _phases(formation: Formation) -> list[dict[str, Any]]:
    """Return name and first moment of each phase; the name is empty where there is one."""
    phases: list[dict[str, Any]] = []
    for number, entry in enumerate(formation.history):
        name = PHASES.get(entry["phase"], "")
        if not phases or phases[-1]["name"] != name:
            phases.append({"name": name, "start": number})
    return phases
