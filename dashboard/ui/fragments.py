"""Fragments, callbacks and downloads that hold ids of bundles and spaces, and tolerate removed ones."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

import streamlit as st

from dashboard.data.catalogue import LatentcoreError, Space, open_bundle
from dashboard.data.items.spaces import ItemSpace, open_space
from dashboard.server.sessions import acting_for, current_session
from dashboard.ui.problems import show_removed

P = ParamSpec("P")
SpaceT = TypeVar("SpaceT", bound=Space)


def bundle_fragment(draw: Callable[P, None]) -> Callable[P, None]:
    """Make a fragment of `draw`, whose positional arguments may be bundles, spaces, or lists of them.

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
    make: Callable[Concatenate[SpaceT, P], bytes], space: SpaceT, *args: P.args, **kwargs: P.kwargs
) -> Callable[[], bytes]:
    """Return the data of a download button: made on click, without holding the bundle until then."""
    stored, session = _Ids([space], is_list=False), current_session()

    def made() -> bytes:  # on a thread that belongs to no session
        with acting_for(session):
            return make(cast("SpaceT", stored.opened()), *args, **kwargs)

    return made


class _Ids:
    """Ids in the place of a bundle or a space, or of a list of them."""

    def __init__(self, spaces: list[Any], *, is_list: bool) -> None:
        self.ids = [(space.id, isinstance(space, ItemSpace)) for space in spaces]
        self.is_list = is_list

    def opened(self) -> Space | list[Space]:
        spaces: list[Space] = [
            open_space(one) if of_items else open_bundle(one) for one, of_items in self.ids
        ]
        return spaces if self.is_list else spaces[0]


def _stored(argument: Any) -> Any:  # noqa: ANN401 - see above
    if isinstance(argument, Space):
        return _Ids([argument], is_list=False)
    if isinstance(argument, list) and argument and all(isinstance(part, Space) for part in argument):
        return _Ids(argument, is_list=True)
    return argument
