"""The size of files that the server accepts from browsers."""

from __future__ import annotations

from streamlit import config

OPTION = "server.maxUploadSize"


def accept_uploads(megabytes: int) -> None:
    """Let the server accept files of this size, if it does not yet.

    `.streamlit/config.toml` has a small limit, which holds where no page asks for more: the limit that a
    widget shows is checked in the browser only.
    """
    if int(config.get_option(OPTION)) < megabytes:
        config.set_option(OPTION, megabytes)
