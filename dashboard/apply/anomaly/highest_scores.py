"""The images with the highest anomaly scores, and the normal images with the highest scores."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import streamlit as st

from dashboard.apply.anomaly.services.detection import Detection
from dashboard.data.images.pixels import image_uri
from dashboard.data.images.stand_ins import stand_in_label
from dashboard.ui.pictures import Picture, in_brackets, picture_row

N_TOP, SIDE = 18, 64


def highest_scores(found: Detection) -> None:
    """Draw both rows of images, the highest score first."""
    rows = np.argsort(-found.scores, kind="stable")[:N_TOP]
    n_normal = int((~found.anomalous[rows]).sum())
    st.markdown(f"**Most anomalous**: the {len(rows)} highest scores, {n_normal} of them normal images")
    groups = ["anomaly" if found.anomalous[row] else "normal" for row in rows]
    picture_row(_pictures(found, rows, groups), gap=14)
    rows = np.flatnonzero(~found.anomalous)
    rows = rows[np.argsort(-found.scores[rows], kind="stable")[: N_TOP // 2]]
    st.markdown("**Normal images with the highest scores**")
    picture_row(_pictures(found, rows, [""] * len(rows)), gap=14)


def _pictures(found: Detection, rows: npt.NDArray[np.int64], notes: Sequence[str]) -> list[Picture]:
    return [
        Picture(
            image_uri(found.images[row]),
            found.names[row] + in_brackets(stand_in_label(found.made_by[row])),
            f"{found.names[row]}\n{note}",
            SIDE,
        )
        for row, note in zip(rows, notes, strict=True)
    ]
