"""Parts of a page that run by themselves, hold no bundle in between, and bear that one goes meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any, Concatenate, ParamSpec

import streamlit as st

from dashboard.data.catalogue import Bundle, LatentcoreError, open_bundle
from dashboard.ui.problems import gone

P = ParamSpec("P")


def bundle_fragment(draw: Callable[P, None]) -> Callable[P, None]:
    """Return `draw`, whose arguments are positional and may be bundles or lists of them, as a fragment.

    Streamlit keeps the arguments of a fragment until its page is left: every session would hold its
    bundles, 2 to 5 MB each, after the cache has let go of them. Their ids are kept instead, and the bundles
    are opened anew when the part runs again; one that has gone meanwhile is a sentence in its place.
    """

    @st.fragment
    @wraps(draw)
    def again(*stored: Any) -> None:  # noqa: ANN401 - whatever `draw` takes
        try:
            arguments = [part.opened() if isinstance(part, _Ids) else part for part in stored]
        except LatentcoreError as error:
            gone(error)
            return
        draw(*arguments)  # type: ignore[call-arg, arg-type]

    @wraps(draw)
    def run(*arguments: P.args, **_: P.kwargs) -> None:
        again(*map(_stored, arguments))

    return run


def bundle_callback(take: Callable[P, None]) -> Callable[P, None]:
    """Return `take`, a widget's callback that opens bundles, so that it does nothing if one has gone.

    Streamlit runs the page after it, which says what has gone.
    """

    @wraps(take)
    def run(*arguments: P.args, **named: P.kwargs) -> None:
        with suppress(LatentcoreError):
            take(*arguments, **named)

    return run


def deferred_file(
    make: Callable[Concatenate[Bundle, P], bytes], bundle: Bundle, *args: P.args, **kwargs: P.kwargs
) -> Callable[[], bytes]:
    """Return the content of a download button that is made when it is asked for, and holds no bundle."""
    bundle_id = bundle.spec.id
    return lambda: make(open_bundle(bundle_id), *args, **kwargs)


class _Ids:
    """Stands for a bundle, or for a list of bundles."""

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
