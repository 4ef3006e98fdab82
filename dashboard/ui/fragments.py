"""Fragments, callbacks and downloads that hold bundle ids, not bundles, and tolerate removed bundles."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any, Concatenate, ParamSpec

import streamlit as st

from dashboard.data.catalogue import Bundle, LatentcoreError, open_bundle
from dashboard.server.sessions import acting_for, current_session
from dashboard.ui.problems import show_removed

P = ParamSpec("P")


def bundle_fragment(draw: Callable[P, None]) -> Callable[P, None]:
    """Make a fragment of `draw`, whose positional arguments may be bundles or lists of bundles.

    Streamlit keeps the arguments of a fragment until its page is left: every session would hold its
    bundles, 2 to 5 MB each, after the cache has evicted them. So their ids are kept, and the bundles are
    opened again when the fragment reruns; if one was removed meanwhile, a sentence is shown instead.
    """

    @st.fragment
    @wraps(draw)
    def rerun(*stored: Any) -> None:  # noqa: ANN401 - whatever `draw` takes
        try:
            arguments = [part.opened() if isinstance(part, _Ids) else part for part in stored]
        except LatentcoreError as error:
            show_removed(error)
            return
        draw(*arguments)  # type: ignore[call-arg, arg-type]

    @wraps(draw)
    def run(*arguments: P.args, **named: P.kwargs) -> None:
        if named:
            raise TypeError(f"{draw.__name__} takes positional arguments only")
        rerun(*map(_stored, arguments))

    return run


def bundle_callback(callback: Callable[P, None]) -> Callable[P, None]:
    """Wrap a widget's callback that opens bundles, so that it does nothing if one was removed.

    Streamlit runs the page after it, which reports what is missing.
    """

    @wraps(callback)
    def run(*arguments: P.args, **named: P.kwargs) -> None:
        with suppress(LatentcoreError):
            callback(*arguments, **named)

    return run


def deferred_file(
    make: Callable[Concatenate[Bundle, P], bytes], bundle: Bundle, *args: P.args, **kwargs: P.kwargs
) -> Callable[[], bytes]:
    """Return the data of a download button: made on click, without holding the bundle until then."""
    bundle_id, session = bundle.spec.id, current_session()

    def made() -> bytes:  # on a thread that belongs to no session
        with acting_for(session):
            return make(open_bundle(bundle_id), *args, **kwargs)

    return made


class _Ids:
    """Ids in the place of a bundle or of a list of bundles."""

    def __init__(self, ids: list[str], *, is_list: bool) -> None:
        self.ids, self.is_list = ids, is_list

    def opened(self) -> Bundle | list[Bundle]:
        bundles = [open_bundle(bundle_id) for bundle_id in self.ids]
        return bundles if self.is_list else bundles[0]


def _stored(argument: Any) -> Any:  # noqa: ANN401 - see above
    if isinstance(argument, Bundle):
        return _Ids([argument.spec.id], is_list=False)
    if isinstance(argument, list) and argument and all(isinstance(part, Bundle) for part in argument):
        return _Ids([bundle.spec.id for bundle in argument], is_list=True)
    return argument
