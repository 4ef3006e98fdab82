"""Who may upload, how large, and how long it stays: settings of the host, and where a request came from."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import streamlit as st

from dashboard.data import upload_rules as rules_module
from dashboard.data.upload_rules import (
    HOSTED_MEGABYTES,
    MAX_BUNDLES,
    MAX_DATASETS,
    MAX_TOTAL_BYTES,
    OWN_MEGABYTES,
    SETTING,
    UploadRules,
    bundle_quota_problem,
    is_own_machine,
    quota_problem,
    upload_rules,
)

LOCAL = {"Host": "localhost:8501", "Origin": "http://localhost:8501"}


@pytest.fixture
def come_from(monkeypatch):
    """Let the request of the session come with some headers, from an address."""

    def set_request(headers: dict[str, str], address: str | None = None) -> None:
        context = SimpleNamespace(headers=headers, ip_address=address)
        monkeypatch.setattr(rules_module.st, "context", context)

    return set_request


@pytest.mark.parametrize(
    ("headers", "address"),
    [
        (LOCAL, None),
        ({"Host": "127.0.0.1:8501"}, "127.0.0.1"),
        ({"Host": "[::1]:8501", "Origin": "http://[::1]:8501"}, "::1"),
        ({"Host": "localhost"}, None),
    ],
)
def test_a_browser_on_the_same_machine(come_from, headers, address):
    come_from(headers, address)
    assert is_own_machine()
    assert upload_rules() == UploadRules(True, False, OWN_MEGABYTES)


@pytest.mark.parametrize(
    ("headers", "address"),
    [
        ({}, None),
        ({"Host": "atlas.example.org"}, None),
        ({"Host": "localhost.example.org"}, None),
        ({"Host": "192.168.1.5:8501"}, None),
        ({"Host": "localhost:8501"}, "192.168.1.7"),
        ({"Host": "127.0.0.1:8501", "Origin": "https://atlas.example.org"}, None),
        (LOCAL | {"X-Forwarded-For": "203.0.113.9"}, None),
        (LOCAL | {"Forwarded": "for=203.0.113.9"}, None),
        ({"Host": "[::1"}, None),
        ({"Host": "localhost:8501", "Origin": "null"}, None),
    ],
)
def test_every_other_request_is_a_visitors(come_from, headers, address):
    come_from(headers, address)
    assert not is_own_machine()
    assert upload_rules() == UploadRules(True, True, HOSTED_MEGABYTES)


def test_a_number_means_visitors_also_on_the_same_machine(come_from, monkeypatch):
    come_from(LOCAL)
    monkeypatch.setenv(SETTING, "80")
    assert upload_rules() == UploadRules(True, True, 80)


@pytest.mark.parametrize("value", ["off", "OFF", "0", "-5", "many", "1e3", "٣", "5.5"])
def test_off_and_what_is_no_number_switch_uploads_off(come_from, monkeypatch, value):
    monkeypatch.setenv(SETTING, value)
    come_from(LOCAL)
    assert upload_rules() == UploadRules(False, False, 0)
    come_from({"Host": "atlas.example.org"})
    assert upload_rules() == UploadRules(False, True, 0)


def test_the_secrets_of_the_host_are_read_too(come_from, monkeypatch):
    come_from(LOCAL)
    monkeypatch.setattr("dashboard.server.settings.st.secrets.load_if_toml_exists", lambda: True)
    monkeypatch.setattr(type(st.secrets), "get", lambda _, name: {SETTING: 30}.get(name))
    assert upload_rules() == UploadRules(True, True, 30)


def test_quotas(monkeypatch):
    hosted, own = UploadRules(True, True, 50), UploadRules(True, False, 500)
    found = {"datasets": 0, "bundles": 0, "bytes": 0}
    monkeypatch.setattr(rules_module, "own_datasets", lambda **_: [None] * found["datasets"])
    monkeypatch.setattr(rules_module, "n_own_bundles", lambda: found["bundles"])
    monkeypatch.setattr(rules_module, "owned_bytes", lambda: found["bytes"])
    assert quota_problem(50_000_000, hosted) is None
    assert "has 51 MB; at most 50 MB" in str(quota_problem(51_000_000, hosted))
    found["datasets"] = MAX_DATASETS
    assert "remove one first" in str(quota_problem(1, hosted))
    assert quota_problem(1, own) is None
    assert bundle_quota_problem(hosted) is None
    found |= {"datasets": 0, "bytes": MAX_TOTAL_BYTES}
    assert "What all visitors keep here" in str(bundle_quota_problem(hosted, 1))
    found |= {"bundles": MAX_BUNDLES, "bytes": 0}
    assert "You have 10 models" in str(bundle_quota_problem(hosted))
    assert bundle_quota_problem(own) is None
    found |= {"bytes": MAX_TOTAL_BYTES}
    assert "What all visitors keep here" in str(quota_problem(1, hosted))
    assert quota_problem(1, own) is None
