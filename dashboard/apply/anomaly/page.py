"""Anomaly detection page: AUROC, threshold, images and map for a choice of normal images and anomalies."""

from __future__ import annotations

from dashboard.apply.anomaly.controls import NAMES
from dashboard.apply.anomaly.section import anomaly_detection
from dashboard.ui.frame import models_page


def page() -> None:
    """Draw the page."""
    models_page(
        lambda _, bundles: anomaly_detection(bundles),
        NAMES,
        needs="These detectors are measured on images and models",
    )


page()
