"""The size of files that the server accepts: raised where a page asks for it, never lowered."""

from __future__ import annotations

import pytest
from streamlit import config

from dashboard.server.upload_size import OPTION, accept_uploads


@pytest.fixture(autouse=True)
def small_limit():
    before = config.get_option(OPTION)
    config.set_option(OPTION, 20)
    yield
    config.set_option(OPTION, before)


@pytest.mark.parametrize(("asked", "accepted"), [((50,), 50), ((500, 50), 500), ((5,), 20)])
def test_the_limit_is_the_largest_that_was_asked_for(asked, accepted):
    for megabytes in asked:
        accept_uploads(megabytes)
    assert config.get_option(OPTION) == accepted
