"""Latent map of normal images and anomalies, flagged ones in full colour."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st

from dashboard.apply.anomaly.charts import ANOMALY, NORMAL, anomaly_map
from dashboard.apply.anomaly.services.detection import Detection
from dashboard.apply.anomaly.services.setting import Setting
from dashboard.data.catalogue import bundle_title, open_bundle
from dashboard.data.reconstructions import map_points
from dashboard.ui.chart_cache import cached_chart
from dashboard.ui.theme import is_dark

SIZE, N_FRAMED = 400, 1000
"""Side in pixels, and the number of test images that the extent of the map is fitted to."""


def anomaly_map_section(setting: Setting, found: Detection, flagged: npt.NDArray[np.bool_]) -> None:
    """Draw the map and its legend."""
    bundle_id = f"{setting.dataset}/{setting.map_model}"
    points = pd.DataFrame(
        {
            "x": found.positions[:, 0].round(4),
            "y": found.positions[:, 1].round(4),
            "class": found.names,
            "group": np.where(found.anomalous, "anomalies", "normal"),
            "flagged": flagged,
        }
    )
    st.markdown(f"**Latent map** of {bundle_title(bundle_id)}: normal images and anomalies")
    with st.container(key="anomaly_map"):
        extent = map_points(open_bundle(bundle_id), N_FRAMED).extent
        st.vega_lite_chart(
            spec=cached_chart(anomaly_map)(points, extent, size=SIZE, dark=is_dark()),
            key="anomaly_map_chart",
            width="content",
            alt="Latent map of the normal images and the anomalies; flagged ones in full colour",
        )
    st.html(
        f'<div style="font-size:0.85rem"><span style="color:{NORMAL}">&#9679;</span> normal &nbsp; '
        f'<span style="color:{ANOMALY}">&#9679;</span> anomalies &nbsp; full colour: flagged</div>'
    )
