"""Who may upload datasets and models to this server, how large, and how long they stay."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

import streamlit as st
from streamlit.logger import get_logger

from dashboard.data.ownership import n_own_bundles, n_own_collections, own_datasets, owned_bytes
from dashboard.server.settings import host_setting

SETTING = "LATENTCORE_UPLOADS"
"""Setting (environment or Streamlit secrets): "off", or the largest upload in MB, which also says that the
server has visitors: what they upload is theirs alone, and is deleted when they leave."""
OWN_MEGABYTES, HOSTED_MEGABYTES = 500, 50
MAX_DATASETS = 5
"""Per session, where the server has visitors: of images and of vectors."""
MAX_BUNDLES = 10
"""Per session, where the server has visitors: trained and uploaded ones."""
MAX_TOTAL_BYTES = 2_000_000_000
"""Of the datasets and bundles of all sessions."""
MAX_IMAGES = 20_000
"""Per dataset, where the server has visitors."""
UNPACKED = 5
"""Arrays may unpack to so many times the size of the largest upload."""
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via")

_log = get_logger(__name__)


@dataclass(frozen=True)
class UploadRules:
    """What the current session may upload.

    Attributes
    ----------
    is_allowed : bool
    is_hosted : bool
        The server has visitors: datasets belong to the session that uploaded them and are deleted after it.
        Otherwise they stay until they are removed.
    max_megabytes : int
        Largest upload, all its files together.
    """

    is_allowed: bool
    is_hosted: bool
    max_megabytes: int

    @property
    def max_images(self) -> int | None:
        """Most images of a dataset; None without a limit."""
        return MAX_IMAGES if self.is_hosted else None

    @property
    def max_array_bytes(self) -> int | None:
        """Size of the largest array that is unpacked; None for the library's limit."""
        return UNPACKED * self.max_megabytes * 10**6 if self.is_hosted else None


def upload_rules() -> UploadRules:
    """Return what the current session may upload."""
    setting = host_setting(SETTING)
    if setting is None or not setting:
        own = is_own_machine()
        return UploadRules(True, not own, OWN_MEGABYTES if own else HOSTED_MEGABYTES)
    if setting.isascii() and setting.isdigit() and int(setting):
        return UploadRules(True, True, int(setting))
    if setting.casefold() != "off":
        _log.warning('%s is %.40r, not "off" or a number of MB: uploads are off.', SETTING, setting)
    return UploadRules(False, not is_own_machine(), 0)


def is_own_machine() -> bool:
    """Return whether browser and server of this session are on the same machine, with no proxy between."""
    headers = st.context.headers
    if any(name in headers for name in _FORWARDED):
        return False
    origin = headers.get("Origin")
    if not _is_local(f"//{headers.get('Host', '')}") or (origin is not None and not _is_local(origin)):
        return False
    address = st.context.ip_address
    return address is None or _is_loopback(address)


def quota_problem(n_bytes: int, rules: UploadRules) -> str | None:
    """Return one sentence on why the current session cannot add an upload of so many bytes, or None."""
    if n_bytes > rules.max_megabytes * 10**6:
        return (
            f"The upload has {n_bytes / 1e6:,.0f} MB; at most {rules.max_megabytes:,} MB can be added here. "
            "Leave something out, or make images smaller."
        )
    if not rules.is_hosted:
        return None
    if len(own_datasets(of_session=True)) + n_own_collections() >= MAX_DATASETS:
        return f"You have {MAX_DATASETS} datasets, the most that are kept here: remove one first."
    return _space_problem(n_bytes)


def bundle_quota_problem(rules: UploadRules, n_bytes: int = 0) -> str | None:
    """Return one sentence on why the current session cannot have another bundle, or None.

    Parameters
    ----------
    rules : UploadRules
    n_bytes : int
        Size of the upload that holds it, if it is uploaded.
    """
    if not rules.is_hosted:
        return None
    if n_own_bundles() >= MAX_BUNDLES:
        return (
            f"You have {MAX_BUNDLES} models, the most that are kept here: download those that you need, and "
            "reload the page to begin again."
        )
    return _space_problem(n_bytes)


def _space_problem(n_bytes: int) -> str | None:
    """Return one sentence on why visitors cannot store so many bytes more, or None."""
    if owned_bytes() + n_bytes > MAX_TOTAL_BYTES:
        return "What all visitors keep here fills the space set aside for them: try again in an hour."
    return None


def _is_local(url: str) -> bool:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    return host == "localhost" or _is_loopback(host)


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
