"""Bundles on disk: save, verify, load, list."""

from latentcore.store.bundle import Bundle, BundleContent, BundleSpec, CodeTable
from latentcore.store.reading import BundleProblem, list_bundles, load_bundle, models_folder, scan_bundles
from latentcore.store.writing import check_place, replace_scores, save_bundle

__all__ = [
    "Bundle",
    "BundleContent",
    "BundleProblem",
    "BundleSpec",
    "CodeTable",
    "check_place",
    "list_bundles",
    "load_bundle",
    "models_folder",
    "replace_scores",
    "save_bundle",
    "scan_bundles",
]
