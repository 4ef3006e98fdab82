"""Bundles on disk: save, verify, load and list them."""

from latentcore.store.bundle import Bundle, BundleContent, BundleSpec
from latentcore.store.code_table import CodeTable
from latentcore.store.derived import DerivedTables
from latentcore.store.reading import (
    BundleProblem,
    bundle_folders,
    list_bundles,
    load_bundle,
    load_outdated,
    models_folder,
    scan_bundles,
)
from latentcore.store.space import Space
from latentcore.store.writing import check_writable, repack, replace_scores, save_bundle

__all__ = [
    "Bundle",
    "BundleContent",
    "BundleProblem",
    "BundleSpec",
    "CodeTable",
    "DerivedTables",
    "Space",
    "bundle_folders",
    "check_writable",
    "list_bundles",
    "load_bundle",
    "load_outdated",
    "models_folder",
    "repack",
    "replace_scores",
    "save_bundle",
    "scan_bundles",
]
