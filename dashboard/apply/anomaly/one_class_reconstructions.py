"""Reconstructions by a one-class model of one test image per class."""

from __future__ import annotations

from html import escape

import numpy as np
import streamlit as st

from dashboard.apply.anomaly.services.setting import Setting
from dashboard.apply.anomaly.services.study import read_one_class
from dashboard.data.catalogue import open_bundle
from dashboard.data.images.grids import grid_uri
from dashboard.data.images.originals import original_images
from dashboard.data.study_results import study_or_none

STYLE = "width:100%;max-width:900px;image-rendering:pixelated;border-radius:3px;display:block"


def one_class_reconstructions(setting: Setting) -> None:
    """Draw the images, where they are at hand, and their reconstructions; nothing for other models."""
    study = study_or_none(setting.dataset, "anomaly")
    if not setting.is_one_class or study is None:
        return
    results = read_one_class(study)
    model = results.models[setting.family][setting.normal[0]]
    normal = open_bundle(f"{setting.dataset}/{setting.map_model}").classes[setting.normal[0]]
    st.markdown(
        f"**Reconstructions of all classes**: trained on {normal} only, it reconstructs every input as "
        f"{normal}"
    )
    originals = original_images(setting.dataset, "test", np.array(results.decoded))
    if originals is not None:
        _draw(grid_uri(originals, len(originals)), "test images, one per class")
    _draw(model.decodes_uri, "their reconstructions")
    value, low, high = model.auroc
    st.caption(
        ("Reconstructions of a test image of each class. " if originals is None else "")
        + ("Test images above, their reconstructions below. " if originals is not None else "")
        + f"On all {results.n_test:,} test images, not only the {len(model.scores):,} whose scores are "
        f"stored, its AUROC is {value:.3f} [{low:.3f}, {high:.3f}]."
    )


def _draw(uri: str, alt: str) -> None:
    st.html(f'<img src="{uri}" alt="{escape(alt, quote=True)}" style="{STYLE}">')
