"""Bundles on disk: save, verify, load and list them."""

from latentcore.store.archive import pack_bundle, packed_id, unpack_bundle
from latentcore.store.bundle import Bundle, BundleContent, BundleSpec
from latentcore.store.code_table import CodeTable
from latentcore.store.derived import DerivedTables
from latentcore.store.folders import check_writable
from latentcore.store.formation import Formation, read_formation
from latentcore.store.listing import (
    BundleProblem,
    bundle_folders,
    list_bundles,
    models_folder,
    scan_bundles,
)
from latentcore.store.reading import load_bundle, load_outdated
from latentcore.store.space import Space
from latentcore.store.writing import add_formation, repack, replace_scores, save_bundle

__all__ = [
    "Bundle",
    "BundleContent",
    "BundleProblem",
    "BundleSpec",
    "CodeTable",
    "DerivedTables",
    "Formation",
    "Space",
    "add_formation",
    "bundle_folders",
    "check_writable",
    "list_bundles",
    "load_bundle",
    "load_outdated",
    "models_folder",
    "pack_bundle",
    "packed_id",
    "read_formation",
    "repack",
    "replace_scores",
    "save_bundle",
    "scan_bundles",
    "unpack_bundle",
]
