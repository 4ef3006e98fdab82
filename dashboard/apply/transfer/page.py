"""Transfer page: linear probes on few labels, with encoders of this dataset and of others."""

from __future__ import annotations

from dashboard.apply.transfer.controls import NAMES
from dashboard.apply.transfer.measure_again import measure_again
from dashboard.apply.transfer.probe_curves import linear_probes
from dashboard.data.catalogue import Bundle
from dashboard.ui.frame import models_page, needs_labels


def page() -> None:
    """Draw the page."""
    models_page(_sections, NAMES, needs="Encoders are transferred between datasets of images")


def _sections(dataset: str, bundles: list[Bundle]) -> None:
    if needs_labels(bundles, "A linear probe is trained on labelled images"):
        return
    linear_probes(dataset, [bundle.spec.name for bundle in bundles])
    measure_again([bundle.spec.id for bundle in bundles])


page()
